/** Where in the source a load failed; counted from one. */
export interface SourcePlace {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** What is known of a failed load besides its sentence. */
export interface LoadFailureContext {
  readonly place?: SourcePlace
  /** A file of the function does not parse; nothing of it ran. */
  readonly isSyntaxError?: boolean
  /** The last lines that the process printed, oldest first. */
  readonly printed: readonly string[]
  /** Lines of the exception's stack. */
  readonly trace: readonly string[]
}

/** The code of a revision can not be loaded. */
export class LoadFailure extends Error {
  override readonly name = 'LoadFailure'
  /** Name of the exception, or of the platform's own reason, such as `HandlerNotFound`. */
  readonly type: string
  readonly context: LoadFailureContext

  constructor(type: string, message: string, context: LoadFailureContext = { printed: [], trace: [] }) {
    super(message)
    this.type = type
    this.context = context
  }
}
