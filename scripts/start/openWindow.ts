/** What a VS Code window is opened with. */
export interface OpenOptions {
  /** Where this VS Code keeps its settings and extensions. */
  readonly home: string
  /** The folder to open. */
  readonly folder: string
  /** The packaged extension to install. */
  readonly vsix: string
  /** The data folder of the gateway that the extension starts and uses. */
  readonly hksHome: string
}

/** An open VS Code. */
export interface OpenWindow {
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<void>
  /** Ends it; resolves when nothing of it is left. */
  readonly stop: () => Promise<void>
  /** What a person is told, line by line. */
  readonly say: readonly string[]
}
