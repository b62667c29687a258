import { HksError } from '../../../../contract/errors.ts'
import { type DeniedAction, type ProjectAction, projectActions } from '../../../../contract/projects.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { AccessReview } from '../client/accessReview.ts'
import { rightsOf } from './rightsOf.ts'

/** What the user of a connection may do in one namespace. Dispose to stop. */
export interface NamespaceRights extends Disposable {
  /** As far as is known, in the order of `projectActions`. */
  denied(): readonly DeniedAction[]
  /**
   * Asks before an action, of one object where its name is given.
   * @throws HksError FORBIDDEN with verb, resource and namespace; CONNECTION_FAILED
   */
  require(action: ProjectAction, name?: string): Promise<void>
  /** Asks again in the background what is denied, unless that was done within the last minute. */
  refresh(): void
}

/** What the rights of a namespace need. */
export interface NamespaceRightsDeps {
  readonly review: AccessReview
  readonly namespace: string
  readonly clock: Clock
  /** Told when {@link NamespaceRights.denied} changes. */
  readonly onChange: () => void
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** What is shown may be so old, milliseconds. */
const keptMs = 60_000
/** Several refusals at once are one reason to ask again, milliseconds. */
const settleMs = 1000

/** Begins to ask what is denied. */
export function createNamespaceRights(deps: NamespaceRightsDeps): NamespaceRights {
  const { review, namespace, clock, onChange, report } = deps
  let denied: readonly DeniedAction[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  let waiting: Disposable | undefined
  let isLooking = false
  let isOver = false

  const refusal = async (action: ProjectAction): Promise<readonly DeniedAction[]> => {
    try {
      await review.require(...rightsOf(action, namespace))
      return []
    } catch (error) {
      if (!(error instanceof HksError) || error.code !== 'FORBIDDEN') throw error
      const { message, hint } = error
      return [{ action, message, ...(hint === undefined ? {} : { hint }) }]
    }
  }
  const look = async (): Promise<void> => {
    if (isLooking || isOver) return
    isLooking = true
    lookedAt = clock.now()
    try {
      const found = (await Promise.all(projectActions.map(refusal))).flat()
      if (isOver || JSON.stringify(found) === JSON.stringify(denied)) return
      denied = found
      onChange()
    } catch (error) {
      lookedAt = Number.NEGATIVE_INFINITY
      // A cluster that does not answer is shown as the state of its connection.
      if (!(error instanceof HksError) || error.code !== 'CONNECTION_FAILED') report(error)
    } finally {
      isLooking = false
    }
  }
  const lookSoon = (): void => {
    waiting ??= clock.callAfter(settleMs, () => {
      waiting = undefined
      void look()
    })
  }
  const listening = review.onForget(lookSoon)
  void look()

  return {
    denied: () => denied,
    require: async (action, name) => {
      const isShown = denied.some(each => each.action === action)
      try {
        await review.require(...rightsOf(action, namespace))
        if (isShown) lookSoon()
      } catch (error) {
        if (!(error instanceof HksError) || error.code !== 'FORBIDDEN') throw error
        if (!isShown) lookSoon()
        // A role may name the objects for which it holds.
        if (name === undefined) throw error
        await review.require(...rightsOf(action, namespace, name))
      }
    },
    refresh: () => {
      if (clock.now() - lookedAt > keptMs) void look()
    },
    [Symbol.dispose]: () => {
      isOver = true
      waiting?.[Symbol.dispose]()
      listening[Symbol.dispose]()
    },
  }
}
