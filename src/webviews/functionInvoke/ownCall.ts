import type { CallInput, PanelCall } from '../../contract/functionInvoke.ts'

/** What the host does for a call. */
export interface CallHost {
  readonly invoke: (invocationId: string, input: CallInput) => Promise<unknown>
  readonly cancel: () => Promise<unknown>
}

/** What becomes of the call. */
export interface OwnCallListener {
  readonly began: () => void
  readonly ended: (invocationId: string) => void
  /** Told also with the two others. */
  readonly changed: () => void
}

/** The call that is made from this page: one at a time. */
export class OwnCall {
  /** Undefined before the first. */
  state: PanelCall | undefined
  private readonly host: CallHost
  private readonly listener: OwnCallListener

  constructor(host: CallHost, listener: OwnCallListener) {
    this.host = host
    this.listener = listener
  }

  get isRunning(): boolean {
    return this.state !== undefined && this.state.elapsed === undefined
  }

  /** Begins a call. @throws what the host refused; the call before is shown again then */
  async start(input: CallInput, now: number): Promise<void> {
    const before = this.state
    const invocationId = crypto.randomUUID()
    this.state = { invocationId, startedAt: new Date(now).toISOString() }
    this.listener.began()
    this.listener.changed()
    try {
      await this.host.invoke(invocationId, input)
    } catch (error) {
      this.state = before
      this.listener.began()
      this.listener.ended(invocationId)
      this.listener.changed()
      throw error
    }
  }

  async cancel(): Promise<void> {
    if (this.isRunning) await this.host.cancel()
  }

  /** Shows a call that the host made before this page was there. */
  resume(call: PanelCall | undefined): void {
    this.state = call
  }

  /** Takes what has come; its text is what it adds to that before. */
  take(call: PanelCall): void {
    if (call.invocationId !== this.state?.invocationId) return
    const wasRunning = this.isRunning
    const { answer } = call
    const before = this.state.answer?.text ?? ''
    this.state = answer?.text === undefined ? call : { ...call, answer: { ...answer, text: before + answer.text } }
    if (wasRunning && !this.isRunning) this.listener.ended(call.invocationId)
    this.listener.changed()
  }
}
