import type { FunctionInvokeProtocol } from '../../contract/functionInvoke.ts'
import type { Invocation } from '../../contract/invocations.ts'
import type { Host } from '../ui/host.ts'
import { LogSession, type LogState } from '../ui/logSession.ts'
import type { LogView } from '../ui/logView.ts'
import type { ShownRecord } from './invokeView.ts'
import type { OwnCall } from './ownCall.ts'

type Ask = Host<FunctionInvokeProtocol, unknown>['ask']

/** The call that is shown, with its log: the one made here, or an earlier one in its place. */
export class CallPane {
  record: ShownRecord | undefined
  log: LogState = { kind: 'ready' }
  readonly logs: LogSession
  private readonly ask: Ask
  private readonly own: OwnCall
  private readonly changed: () => void

  constructor(ask: Ask, own: OwnCall, logView: LogView, changed: () => void) {
    this.ask = ask
    this.own = own
    this.changed = changed
    this.logs = new LogSession(
      {
        page: (invocationId, query) => ask('log', { invocationId, ...query }),
        follow: (invocationId, followId, after) =>
          ask('followLog', { followId, invocationId, ...(after === undefined ? {} : { after }) }),
        unfollow: () => ask('unfollowLog', null),
      },
      {
        reset: () => logView.reset(),
        append: lines => {
          const isAtEnd = logView.isAtEnd
          logView.addLines(lines)
          if (isAtEnd) logView.scrollToEnd()
          changed()
        },
        changed: state => {
          this.log = state
          changed()
        },
      },
    )
  }

  get shownId(): string | undefined {
    return this.record?.call.id ?? this.own.state?.invocationId
  }

  /** Shows the call made here. */
  showOwn(): void {
    this.record = undefined
    this.showLog()
  }

  /** Shows an earlier call and reads what it was sent. */
  show(call: Invocation): void {
    if (call.id === this.shownId) return
    if (call.id === this.own.state?.invocationId) return this.showOwn()
    this.record = { call, sent: { kind: 'loading' } }
    void this.read(call.id)
    this.showLog()
  }

  /** The call made here has ended: the rest of its log is read. */
  finishOwn(id: string): void {
    if (this.record === undefined) void this.logs.finish(id)
  }

  /** Takes what has become of the call that is shown. */
  put(call: Invocation | undefined): void {
    if (call !== undefined && call.id === this.record?.call.id) this.record = { ...this.record, call }
  }

  showLog(): void {
    const isRunning = this.record === undefined ? this.own.isRunning : this.record.call.outcome === 'running'
    void this.logs.show(this.shownId, isRunning)
    this.changed()
  }

  private async read(invocationId: string): Promise<void> {
    let sent: ShownRecord['sent']
    try {
      sent = { kind: 'ready', request: (await this.ask('record', { invocationId })).request }
    } catch (error) {
      sent = { kind: 'failed', error }
    }
    if (this.record?.call.id === invocationId) this.record = { ...this.record, sent }
    this.changed()
  }
}
