import type { Invocation } from '../../contract/invocations.ts'
import type { OlderCalls } from './invokeView.ts'
import { mergeCalls } from './modelCalls.ts'

/** A page of calls. */
interface Page {
  readonly items: readonly Invocation[]
  readonly nextCursor?: string
}

/** Calls that may come before the list begins anew: an hour of many must not fill the page. */
const mostNew = 100

/** The last calls of the function, live at the top and paged at the bottom. */
export class CallHistory {
  calls: readonly Invocation[] = []
  older: OlderCalls = { kind: 'none' }
  private cursor: string | undefined
  /** Calls that were there when a page was read last. */
  private read = 0
  private isReading = false
  private readonly ask: (cursor: string | undefined) => Promise<Page>
  private readonly changed: () => void

  /** @param ask - reads the newest calls, or those behind a cursor */
  constructor(ask: (cursor: string | undefined) => Promise<Page>, changed: () => void) {
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

  /** Takes the last few calls. When none of them is known, there may be others in between: then the list is read anew. */
  putLatest(calls: readonly Invocation[]): void {
    const known = new Set(this.calls.map(call => call.id))
    const mayMiss = calls.length > 1 && known.size > 0 && !calls.some(call => known.has(call.id))
    this.put(calls)
    if (mayMiss || this.calls.length > this.read + mostNew) void this.readAnew()
  }

  find(id: string | undefined): Invocation | undefined {
    return this.calls.find(call => call.id === id)
  }

  async loadOlder(): Promise<void> {
    if (this.older.kind === 'none' || this.older.kind === 'loading') return
    this.older = { kind: 'loading' }
    this.changed()
    try {
      const { items, nextCursor } = await this.ask(this.cursor)
      this.calls = mergeCalls(this.calls, items)
      this.turnTo(nextCursor)
    } catch (error) {
      this.older = { kind: 'failed', error }
    }
    this.changed()
  }

  private async readAnew(): Promise<void> {
    if (this.isReading) return
    this.isReading = true
    try {
      const { items, nextCursor } = await this.ask(undefined)
      this.open(items, nextCursor)
    } catch (error) {
      // Once more is from the top.
      this.cursor = undefined
      this.older = { kind: 'failed', error }
    }
    this.isReading = false
    this.changed()
  }

  private turnTo(cursor: string | undefined): void {
    this.cursor = cursor
    this.read = this.calls.length
    this.older = cursor === undefined ? { kind: 'none' } : { kind: 'there' }
  }
}
