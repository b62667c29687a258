/** A source that is to be built. */
export interface BuildSource {
  /** sha256 of its canonical tar. */
  readonly digest: string
  /** Folder with its files, which are never changed. */
  readonly folder: string
  readonly handler: string
}

/** Makes of a source what its runtime loads. Languages whose runtime loads the source itself have none. */
export interface SourceBuilder {
  /**
   * The folder to load. What has been built is kept; `onBuild` is called when it has to be built.
   * @throws HksError INVALID_SOURCE with every place in `details.errors`; RUNTIME_MISSING; `signal.reason`
   * @throws LoadFailure when the handler is not in it
   */
  build(source: BuildSource, signal: AbortSignal, onBuild: () => void): Promise<string>
  /** Removes what was built of other sources, and what an interrupted build left. Not while a build is under way. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>
  /** Removes what was built of a source. */
  remove(digest: string): Promise<void>
  /** Compiles in the background what most functions need, so that the first deployment does not wait for it. */
  warm(): Promise<void>
  /** Ends what `warm` does. */
  stop(): Promise<void>
}
