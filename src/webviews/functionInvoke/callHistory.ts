import type { Invocation } from '../../contract/invocations.ts'
import type { OlderCalls } from './invokeView.ts'
import { mergeCalls } from './modelCalls.ts'

/** A page of older calls. */
interface Page {
  readonly items: readonly Invocation[]
  readonly nextCursor?: string
}

/** The last calls of the function, live at the top and paged at the bottom. */
export class CallHistory {
  calls: readonly Invocation[] = []
  older: OlderCalls = { kind: 'none' }
  private cursor: string | undefined
  private readonly ask: (cursor: string) => Promise<Page>
  private readonly changed: () => void

  constructor(ask: (cursor: string) => Promise<Page>, changed: () => void) {
    this.ask = ask
    this.changed = changed
  }

  /** Begins with a first page. */
  open(calls: readonly Invocation[], cursor: string | undefined): void {
    this.calls = mergeCalls([], calls)
    this.turnTo(cursor)
  }

  /** Takes calls that are new or have changed. */
  put(calls: readonly Invocation[]): void {
    this.calls = mergeCalls(this.calls, calls)
    this.changed()
  }

  find(id: string | undefined): Invocation | undefined {
    return this.calls.find(call => call.id === id)
  }

  async loadOlder(): Promise<void> {
    if (this.cursor === undefined || this.older.kind === 'loading') return
    this.older = { kind: 'loading' }
    this.changed()
    try {
      const { items, nextCursor } = await this.ask(this.cursor)
      this.turnTo(nextCursor)
      this.put(items)
    } catch (error) {
      this.older = { kind: 'failed', error }
      this.changed()
    }
  }

  private turnTo(cursor: string | undefined): void {
    this.cursor = cursor
    this.older = cursor === undefined ? { kind: 'none' } : { kind: 'there' }
  }
}
