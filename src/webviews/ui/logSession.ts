import type { LogLine, LogPage, LogPosition } from '../../contract/logs.ts'
import { keptLines } from './logLines.ts'

/** How the log of a run or call stands. */
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

/** Where the lines come from; `id` names a run or a call. */
export interface LogPages {
  readonly page: (id: string, query: LogPosition & { readonly limit: number }) => Promise<LogPage>
  /** Lines come through {@link LogSession.lines} under this number; a second following ends the first. */
  readonly follow: (id: string, followId: number, after: number | undefined) => Promise<unknown>
  readonly unfollow: () => Promise<unknown>
}

/** The log of the selected run or call: loads what there is, then follows while it goes on. One at a time. */
export class LogSession {
  private readonly pages: LogPages
  private readonly listener: LogListener
  private shown: string | undefined
  /** Raised with each run; answers and lines of an older one are dropped. */
  private followId = 0
  private lastSeq: number | undefined
  private isFollowing = false

  constructor(pages: LogPages, listener: LogListener) {
    this.pages = pages
    this.listener = listener
  }

  /** Shows another run, or none. */
  async show(id: string | undefined, isRunning: boolean): Promise<void> {
    this.shown = id
    const followId = ++this.followId
    this.lastSeq = undefined
    this.listener.reset()
    this.unfollow()
    if (id === undefined) return
    this.listener.changed({ kind: 'loading' })
    await this.goOn(id, followId, { tail: keptLines }, isRunning)
  }

  /** What was followed has ended: reads what its log may have beyond its last line, and follows it to the end. */
  async finish(id: string): Promise<void> {
    if (id !== this.shown) return
    const followId = ++this.followId
    this.unfollow()
    await this.goOn(id, followId, this.lastSeq === undefined ? { tail: keptLines } : { after: this.lastSeq }, true)
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
    if (!this.isFollowing || this.shown === undefined) return
    void this.follow(this.shown, this.followId).catch((error: unknown) =>
      this.listener.changed({ kind: 'failed', error }),
    )
  }

  /** Reads from a position on; what has not ended then is followed if there may be more. */
  private async goOn(id: string, followId: number, from: LogPosition, mayGoOn: boolean): Promise<void> {
    try {
      const end = await this.readOn(id, followId, from)
      if (followId !== this.followId) return
      this.listener.changed({ kind: 'ready', end })
      if (end === undefined && mayGoOn) await this.follow(id, followId)
    } catch (error) {
      if (followId === this.followId) this.listener.changed({ kind: 'failed', error })
    }
  }

  private async readOn(id: string, followId: number, from: LogPosition): Promise<string | undefined> {
    let page = await this.pages.page(id, { ...from, limit: keptLines })
    for (;;) {
      if (followId !== this.followId) return undefined
      this.take(page.items)
      if (!page.more) return page.end
      page = await this.pages.page(id, { ...page.next, limit: keptLines })
    }
  }

  private async follow(id: string, followId: number): Promise<void> {
    this.isFollowing = true
    await this.pages.follow(id, followId, this.lastSeq)
  }

  private unfollow(): void {
    if (!this.isFollowing) return
    this.isFollowing = false
    // A failure here means that the host is gone, and the following with it.
    this.pages.unfollow().catch(() => undefined)
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
