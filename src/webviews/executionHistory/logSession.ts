import type { LogLine } from '../../contract/logs.ts'
import type { ExecutionHistoryProtocol } from '../../contract/webviews.ts'
import type { Host } from '../ui/host.ts'
import { keptLines } from './modelLog.ts'

/** How the log of a run stands. */
export type LogState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** `end` says why no line will come; without it the log is followed or stopped being followed. */
  | { readonly kind: 'ready'; readonly end?: string | undefined }

/** What a session tells the page. */
export interface LogListener {
  /** The log starts anew; what was shown is gone. */
  readonly reset: () => void
  readonly append: (lines: readonly LogLine[]) => void
  readonly changed: (state: LogState) => void
}

type Ask = Host<ExecutionHistoryProtocol, unknown>['ask']

/** The log of the selected run: loads what there is, then follows while the run goes on. One at a time. */
export class LogSession {
  private readonly ask: Ask
  private readonly listener: LogListener
  private executionId: string | undefined
  /** Raised with each run; answers and lines of an older one are dropped. */
  private followId = 0
  private lastSeq: number | undefined
  private isFollowing = false

  constructor(ask: Ask, listener: LogListener) {
    this.ask = ask
    this.listener = listener
  }

  /** Shows another run, or none. */
  async show(executionId: string | undefined, isRunning: boolean): Promise<void> {
    this.executionId = executionId
    const followId = ++this.followId
    this.lastSeq = undefined
    this.listener.reset()
    this.unfollow()
    if (executionId === undefined) return
    this.listener.changed({ kind: 'loading' })
    try {
      let page = await this.ask('log', { executionId, tail: keptLines, limit: keptLines })
      for (;;) {
        if (followId !== this.followId) return
        this.take(page.items)
        if (!page.more) break
        page = await this.ask('log', { executionId, limit: keptLines, ...page.next })
      }
      const isDone = page.end !== undefined || !isRunning
      this.listener.changed({ kind: 'ready', end: page.end })
      if (!isDone) await this.follow(executionId, followId)
    } catch (error) {
      if (followId === this.followId) this.listener.changed({ kind: 'failed', error })
    }
  }

  /** Takes lines that the host sent for a followed log. */
  lines(followId: number, lines: readonly LogLine[], end: string | undefined): void {
    if (followId !== this.followId) return
    this.take(lines)
    if (end === undefined) return
    this.isFollowing = false
    this.listener.changed({ kind: 'ready', end })
  }

  /** Follows again after the connection was lost, from the last line that came. */
  resume(): void {
    if (!this.isFollowing || this.executionId === undefined) return
    void this.follow(this.executionId, this.followId).catch((error: unknown) =>
      this.listener.changed({ kind: 'failed', error }),
    )
  }

  private async follow(executionId: string, followId: number): Promise<void> {
    this.isFollowing = true
    await this.ask('followLog', {
      followId,
      executionId,
      ...(this.lastSeq === undefined ? {} : { after: this.lastSeq }),
    })
  }

  private unfollow(): void {
    if (!this.isFollowing) return
    this.isFollowing = false
    // A failure here means that the host is gone, and the following with it.
    this.ask('unfollowLog', null).catch(() => undefined)
  }

  /** A line that came twice, from the page and from the following, is shown once. */
  private take(lines: readonly LogLine[]): void {
    const after = this.lastSeq ?? -1
    const fresh = lines.filter(line => line.seq > after)
    if (fresh.length === 0) return
    this.lastSeq = fresh.at(-1)!.seq
    this.listener.append(fresh)
  }
}
