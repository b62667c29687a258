import { HksError } from '../../../../contract/errors.ts'
import { type DeniedAction, type ProjectAction, projectActions } from '../../../../contract/projects.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { AccessReview } from '../client/accessReview.ts'
import { type NamedRule, namesFor } from '../client/namedRules.ts'
import { namedRightOf, rightsOf } from './rightsOf.ts'

/** What the user of a connection may do in one namespace. Dispose to stop. */
export interface NamespaceRights extends Disposable {
  /** As far as is known, in the order of `projectActions`. */
  denied(): readonly DeniedAction[]
  /**
   * Asks before an action, of one object, which is there already, where its name is given or found when it is needed.
   * @throws HksError FORBIDDEN with verb, resource and namespace; CONNECTION_FAILED
   */
  require(action: ProjectAction, name?: ObjectName): Promise<void>
  /** Asks again in the background what is denied, unless that was done within the last minute. */
  refresh(): void
}

/** The name of an object, or how it is found. */
export type ObjectName = string | (() => Promise<string | undefined>)

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
/** Names of objects that are asked about for one action, at most. */
const mostNames = 50

/** Begins to ask what is denied. */
export function createNamespaceRights(deps: NamespaceRightsDeps): NamespaceRights {
  const { review, namespace, clock, onChange, report } = deps
  let denied: readonly DeniedAction[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  let waiting: Disposable | undefined
  let isLooking = false
  let isOver = false

  const refusal = async (action: ProjectAction, name?: string): Promise<HksError | undefined> => {
    try {
      await review.require(...rightsOf(action, namespace, name))
      return undefined
    } catch (error) {
      if (!(error instanceof HksError) || error.code !== 'FORBIDDEN') throw error
      return error
    }
  }
  const lookAt = async (
    action: ProjectAction,
    rules: () => Promise<readonly NamedRule[]>,
  ): Promise<DeniedAction | undefined> => {
    const refused = await refusal(action)
    if (refused === undefined) return undefined
    const named = namedRightOf(action)
    const names = named ? namesFor(await rules(), named).slice(0, mostNames) : []
    const refusals = await Promise.all(names.map(name => refusal(action, name)))
    const except = names.filter((_, at) => refusals[at] === undefined)
    const { message, hint } = refused
    return {
      action,
      message: except.length === 0 ? message : `${message.replace(/\.$/, '')}, except: ${except.join(', ')}.`,
      ...(hint === undefined ? {} : { hint }),
      ...(except.length === 0 ? {} : { except }),
    }
  }
  const look = async (): Promise<void> => {
    if (isLooking || isOver) return
    isLooking = true
    lookedAt = clock.now()
    try {
      let asked: Promise<readonly NamedRule[]> | undefined
      const rules = () => (asked ??= review.namedIn(namespace))
      const looked = await Promise.all(projectActions.map(action => lookAt(action, rules)))
      const found = looked.filter(each => each !== undefined)
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
        const known = typeof name === 'function' ? await name() : name
        if (known === undefined) throw error
        await review.require(...rightsOf(action, namespace, known))
        const isTold = denied.some(each => each.action === action && each.except?.includes(known))
        if (!isTold && namedRightOf(action)) lookSoon()
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
