import type { ExecutionHistoryProtocol } from '../../contract/webviews.ts'
import type { Host } from '../ui/host.ts'
import { LogSession, type LogState } from '../ui/logSession.ts'
import type { LogView } from '../ui/logView.ts'
import type { Search } from './historyView.ts'

/** Whether the reader wants to stay at the end. */
export interface Following {
  readonly isWanted: () => boolean
  readonly want: (follow: boolean) => void
}

/** The log of the selected run, and what the reader looks for in it. */
export class LogPane {
  state: LogState = { kind: 'ready' }
  search: Search | undefined
  readonly view: LogView
  readonly session: LogSession
  private shown: string | undefined
  private readonly following: Following
  private readonly changed: () => void

  constructor(
    ask: Host<ExecutionHistoryProtocol, unknown>['ask'],
    view: LogView,
    following: Following,
    changed: () => void,
  ) {
    this.view = view
    this.following = following
    this.changed = changed
    this.session = new LogSession(
      {
        page: (executionId, query) => ask('log', { executionId, ...query }),
        follow: (executionId, followId, after) =>
          ask('followLog', { followId, executionId, ...(after === undefined ? {} : { after }) }),
        unfollow: () => ask('unfollowLog', null),
      },
      {
        reset: () => view.reset(),
        append: lines => {
          view.addLines(lines)
          if (following.isWanted()) view.scrollToEnd()
          changed()
        },
        changed: state => {
          this.state = state
          changed()
        },
      },
    )
  }

  /** Loads the log of a run unless it is the one shown; one that goes on is followed. */
  show(executionId: string | undefined, isRunning: boolean): void {
    if (executionId !== this.shown) this.load(executionId, isRunning)
  }

  /** Loads it in any case. */
  load(executionId: string | undefined, isRunning: boolean): void {
    this.shown = executionId
    void this.session.show(executionId, isRunning)
  }

  find(text: string): void {
    this.search = text === '' ? undefined : { text, count: 0, at: 0 }
    const count = this.view.find(text)
    if (this.search !== undefined) this.search = { text, count, at: 0 }
    this.view.showMatch(0)
    this.changed()
  }

  showMatch(step: 1 | -1): void {
    const { search } = this
    if (search === undefined || search.count === 0) return
    // Lines may have come since the text was looked for.
    const count = this.view.find(search.text)
    const at = (search.at + step + count) % count
    this.search = { ...search, count, at }
    if (this.following.isWanted()) this.following.want(false)
    this.view.showMatch(at)
    this.changed()
  }
}
