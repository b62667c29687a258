import type { FunctionNetwork } from '../../../../contract/functions.ts'
import type { DeployProgress } from '../../../domain/function.ts'

/** A source that is to be built. */
export interface BuildSource {
  /** sha256 of its canonical tar. */
  readonly digest: string
  /** Folder with its files, which are never changed. */
  readonly folder: string
  readonly handler: string
  /** The version of the interpreter that will load it; the usual one without it. */
  readonly runtimeVersion?: string
  /** What the function reaches: what is run for it reaches no more. */
  readonly network: FunctionNetwork
}

/** What a runtime loads. */
export interface PreparedCode {
  readonly folder: string
  /** To be put beside the files of the folder before it is loaded. */
  readonly packages?: Packages
}

/** Installed packages, which many functions may share. */
export interface Packages {
  readonly folder: string
  /** Path beneath the code, where nothing is. */
  readonly place: string
  /** Of that code with these packages, as part of a path. */
  readonly name: string
}

/** Told of a build. */
export interface BuildTeller {
  /** What is being done, when there is something to do. */
  readonly progress: (progress: DeployProgress) => void
  /** A line for the log of the function. */
  readonly line: (text: string) => void
}

/** Makes of a source what its runtime loads. Languages whose runtime loads the source itself have none. */
export interface SourceBuilder {
  /**
   * The folder to load, and what is to be beside it. What has been built is kept.
   * @throws HksError INVALID_SOURCE with every place in `details.errors`; DEPLOY_FAILED; RUNTIME_MISSING; `signal.reason`
   * @throws LoadFailure when the handler is not in it
   */
  build(source: BuildSource, signal: AbortSignal, tell: BuildTeller): Promise<PreparedCode>
  /** Removes what was built of other sources, and what an interrupted build left. Not while a build is under way. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>
  /** Removes what was built of a source. */
  remove(digest: string): Promise<void>
  /** Compiles in the background what most functions need, so that the first deployment does not wait for it. */
  warm(): Promise<void>
  /** Ends what `warm` does. */
  stop(): Promise<void>
}
