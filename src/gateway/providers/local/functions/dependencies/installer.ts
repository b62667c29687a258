import type { Interpreter } from '../interpreters.ts'
import type { BuildTeller } from '../sourceBuilder.ts'
import type { TargetPlatform } from '../../../../domain/targetBuilds.ts'

/** Packages that a source declares, in the way of its language. */
export interface Declared {
  /** What decides which packages these are, besides runtime and machine. */
  readonly identity: readonly string[]
  /** How many they are, if that is known before. */
  readonly total?: number
  /** Why it may make the tool run programs of packages; a clause that begins with the file. Absent when nothing in it does. */
  readonly runsPrograms?: string
}

/** Where packages are to run, when that is not this machine. */
export interface InstallTarget {
  readonly platform: TargetPlatform
  /** Of the interpreter there. */
  readonly version: string
}

/** What is to be installed. */
export interface InstallSource {
  readonly folder: string
  readonly declared: Declared
  /** Of this machine; it runs the tool, and without a target the packages as well. */
  readonly interpreter: Interpreter
  readonly target?: InstallTarget
}

/** Installs the packages of one language. */
export interface Installer {
  /** Path of the folder with packages within the folder of a revision. */
  readonly place: string
  /** How many parts of the interpreter's version decide whether packages with a native part work. */
  readonly decisiveVersionParts: number
  /**
   * What a source declares; `undefined` when nothing is to be installed.
   * @throws HksError INVALID_SOURCE when it is not enough to know the packages by
   */
  read(folder: string): Promise<Declared | undefined>
  /**
   * Installs within `staged`, an empty folder, and answers the folder with the packages.
   * @throws HksError INVALID_SOURCE, DEPLOY_FAILED, RUNTIME_MISSING; `signal.reason`
   */
  install(source: InstallSource, staged: string, signal: AbortSignal, tell: BuildTeller): Promise<string>
}
