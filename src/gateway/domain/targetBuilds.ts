import type { ImagePlatform } from '../../contract/connections.ts'
import type { Runtime } from '../../contract/functions.ts'
import type { DeployProgress, Source } from './function.ts'

/** Platforms that code is built for. */
export type TargetPlatform = ImagePlatform

/** A source that is to run somewhere else than on this machine. */
export interface TargetSource {
  readonly source: Source
  readonly runtime: Runtime
  readonly handler: string
  readonly platform: TargetPlatform
  /** Of the interpreter there, such as `3.14`: packages with native parts depend on it. Go has none. */
  readonly runtimeVersion?: string
}

/** What was made of a source, to be put beside its files. */
export interface TargetParts {
  /** Complete, and not changed while it is lent. */
  readonly folder: string
  /** Path beneath the files of the source, where nothing is. */
  readonly place: string
}

/** Told of a build. */
export interface TargetTeller {
  readonly progress: (progress: DeployProgress) => void
  /** A line of a tool, for the log of the function. */
  readonly line: (text: string) => void
}

/** Installs packages and compiles programs for other platforms, with the tools of this machine. */
export interface TargetBuilds {
  /**
   * Has what a source declares, or in Go its program, and lends it to `use`; `undefined` when the source alone is enough.
   * @throws HksError INVALID_SOURCE, INVALID_REQUEST, DEPLOY_FAILED, RUNTIME_MISSING; LoadFailure when the handler is not in
   * it; what `use` throws; `signal.reason`
   */
  build<T>(
    source: TargetSource,
    signal: AbortSignal,
    tell: TargetTeller,
    use: (parts: TargetParts | undefined) => Promise<T>,
  ): Promise<T>
}
