import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { KubeClient, KubeRequest } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import { listPages } from '../client/listPages.ts'
import { isExpired } from '../client/translateError.ts'
import { createHeldObjects } from './heldObjects.ts'
import { pause } from './pause.ts'
import { createRetryDelay } from './retryDelay.ts'
import { trimObject } from './trimObject.ts'
import type { CollectionEvent, CollectionState, WatchedCollection } from './watchedCollection.ts'
import { watchEvents } from './watchEvents.ts'
import { othersSilenceMs, watchSilence } from './watchSilence.ts'

/** What a collection follows. */
export interface WatchedCollectionOptions<Raw extends KubeObject, T extends KubeObject = Raw> {
  readonly client: KubeClient
  readonly clock: Clock
  /** Of the list, such as `/apis/batch/v1/namespaces/team-a/jobs`. */
  readonly path: string
  /** `labelSelector`, `fieldSelector`. */
  readonly query?: KubeRequest['query']
  /** Awaited before each list; where it fails the list has failed. */
  readonly prepare?: () => Promise<void>
  /** What is held of an object: the smaller, the better. Managed fields go by themselves, after it. */
  readonly keep: (object: Raw) => T
  /** Ends it, as disposing does. */
  readonly signal?: AbortSignal
  /** Between 0 and 1, for jitter. */
  readonly random?: () => number
}

/** The server ends a watch after 5 to 10 minutes, as client-go asks, so that watches spread over its replicas. */
const watchSeconds = { from: 300, to: 600 }
/** A watch that ends sooner counts as a failure, so that a server which ends each at once is not asked all the time. */
const shortMs = 5000
/** A user who may list but not watch sees changes that often, and the watch is tried again that many lists later. */
const pollMs = 30_000
const pollsBetweenWatches = 10

/** Begins to list and watch at once; nothing it does rejects unseen. One request at a time is open. */
export function createWatchedCollection<Raw extends KubeObject, T extends KubeObject = Raw>(
  options: WatchedCollectionOptions<Raw, T>,
): WatchedCollection<T> {
  const { client, clock, path, query, prepare, keep, random = Math.random } = options
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal
  const listeners = new Set<(event: CollectionEvent<T>) => void>()
  const stateListeners = new Set<(state: CollectionState) => void>()
  const waiting = new Set<PromiseWithResolvers<void>>()
  const retryDelay = createRetryDelay(random)
  let state: CollectionState = { synced: false }
  const held = createHeldObjects<T>(event => {
    // What the first list holds is no change; after the end nothing is told any more.
    if (state.synced && !signal.aborted) for (const listener of [...listeners]) listener(event)
  })
  /** Where the next watch begins; absent when the next step is a list. */
  let version: string | undefined
  let watchDenials = 0
  /** Why it can only list. */
  let denied: HksError | undefined
  let isOpen = false
  /** Ends the pause after a failure. */
  let waking = new AbortController()

  const setState = (next: CollectionState): void => {
    if (next.synced === state.synced && next.error === state.error) return
    state = next
    for (const listener of [...stateListeners]) listener(state)
  }
  const list = async (): Promise<void> => {
    await prepare?.()
    const objects = new Map<string, T>()
    let listed: string | undefined
    for await (const page of listPages<Raw>(client, path, { ...(query ? { query } : {}), signal })) {
      if (page.isFirst) objects.clear()
      for (const item of page.items) objects.set(item.metadata.uid, trimObject(keep(item)))
      listed = page.metadata.resourceVersion
    }
    held.replace(objects)
    version = listed
    setState({ synced: true, ...(denied ? { error: denied } : {}) })
    settleWaiting(waiter => waiter.resolve())
  }
  const settleWaiting = (settle: (waiter: PromiseWithResolvers<void>) => void): void => {
    const all = [...waiting]
    waiting.clear()
    all.forEach(settle)
  }
  /** Follows one watch to its end. */
  const watch = async (): Promise<void> => {
    const silence = watchSilence(clock, client.server)
    const { from, to } = watchSeconds
    const timeoutSeconds = Math.round(from + random() * (to - from))
    const watching = AbortSignal.any([signal, silence.signal])
    silence.signal.addEventListener('abort', () => client.endSilent(othersSilenceMs), { once: true })
    try {
      const wanted = { ...query, watch: true, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds }
      const chunks = await client.stream(path, { query: wanted, signal: watching })
      watchDenials = 0
      denied = undefined
      isOpen = true
      setState({ synced: true })
      for await (const events of watchEvents<Raw>(chunks, client.server, path)) {
        silence.broken()
        retryDelay.reset()
        for (const { type, object } of events) {
          if (type === 'DELETED') held.delete(trimObject(keep(object)))
          else if (type !== 'BOOKMARK') held.put(trimObject(keep(object)))
          version = object.metadata.resourceVersion
        }
      }
    } finally {
      silence[Symbol.dispose]()
    }
  }
  /** What is to be waited after a failure, in milliseconds. */
  const failed = (error: HksError, wasWatching: boolean): number => {
    if (isExpired(error)) {
      version = undefined
      return retryDelay.next(error)
    }
    // Another server counts its versions anew, and another user sees something else.
    if (error.details?.['reason'] === 'kubeconfig') version = undefined
    settleWaiting(waiter => waiter.reject(error))
    // A watch that is cut is made anew at once; only when that fails, too, there is something to tell.
    if (!isOpen) setState({ synced: state.synced, error })
    isOpen = false
    if (error.code !== 'FORBIDDEN' || !wasWatching) return retryDelay.next(error)
    watchDenials++
    denied = error
    version = undefined
    return jittered(pollMs, random)
  }
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      const began = clock.now()
      let isWatch = false
      let delay = 0
      isOpen = false
      // Also what is asked for during the attempt ends the pause after it.
      waking = new AbortController()
      try {
        if (version === undefined) await list()
        isWatch = watchDenials % pollsBetweenWatches === 0
        if (isWatch) await watch()
        else {
          watchDenials++
          version = undefined
          delay = jittered(pollMs, random)
        }
        if (isWatch && clock.now() - began < shortMs) delay = retryDelay.next()
      } catch (error) {
        if (signal.aborted) return
        delay = failed(asHksError(error), isWatch)
      }
      await pause(clock, delay, AbortSignal.any([signal, waking.signal]))
    }
  }
  void follow().finally(() => settleWaiting(waiter => waiter.reject(stopped(path))))

  return {
    list: held.list,
    get: held.get,
    byName: held.byName,
    state: () => state,
    ready: () => {
      if (state.synced) return Promise.resolve()
      if (signal.aborted) return Promise.reject(stopped(path))
      const waiter = Promise.withResolvers<void>()
      waiting.add(waiter)
      return waiter.promise
    },
    subscribe: listener => registered(listeners, listener),
    retry: () => {
      if (state.error === undefined) return
      retryDelay.reset()
      waking.abort()
    },
    onState: listener => registered(stateListeners, listener),
    [Symbol.dispose]: () => stopping.abort(stopped(path)),
  }
}

function registered<L>(set: Set<L>, listener: L): Disposable {
  set.add(listener)
  return { [Symbol.dispose]: () => void set.delete(listener) }
}

const jittered = (milliseconds: number, random: () => number): number => milliseconds * (0.9 + random() * 0.2)

const stopped = (path: string): HksError => new HksError('CANCELLED', `${path} is not followed any more.`)

const asHksError = (error: unknown): HksError =>
  error instanceof HksError
    ? error
    : new HksError('INTERNAL', `What a watch holds could not be read: ${String(error)}`, { cause: error })
