import type { GatewayAddress, GatewayClient } from '../../client/gatewayClient.ts'
import type { WatchState } from '../../client/watchGateway.ts'
import { HksError } from '../../contract/errors.ts'
import type { WatchChange, WatchMessage } from '../../contract/watch.ts'
import { createEmitter, type Listen, type Subscription } from '../model/emitter.ts'
import type { GatewayState } from '../model/gatewayState.ts'
import { applyChange, fromSnapshot, noResources, type Resources } from '../model/resources.ts'

/** This window's connection with the gateway: starts it when needed, finds it again, knows what it told last. */
export interface GatewaySession extends Subscription {
  readonly state: GatewayState
  readonly resources: Resources
  readonly onDidChangeState: Listen<GatewayState>
  readonly onDidChangeResources: Listen<Resources>
  /** Every change as it came, after the resources hold it. */
  readonly onDidReceive: Listen<WatchChange>
  /** Starts or finds the gateway and watches it; does nothing while it is being watched. */
  start(): void
  /** Waits for the first snapshot, starting the gateway when it must. @throws HksError why there is no gateway */
  ready(): Promise<GatewayClient>
  /** Ends the watch. `reason` is what the views say. */
  stop(reason: string): void
  /** Ends the watch and starts it anew. */
  reconnect(): void
}

/** What a session needs from outside. */
export interface SessionOptions {
  /** Finds or starts a gateway. */
  readonly connect: (signal: AbortSignal) => Promise<GatewayAddress>
  /** Tells a gateway about this window, before its views show anything. Answers the gateway's version. */
  readonly greet: (client: GatewayClient, signal: AbortSignal) => Promise<string>
  /** Finds a gateway that runs, without starting one. */
  readonly find: (signal: AbortSignal) => Promise<GatewayAddress | undefined>
}

/** More ends of the connection than this within {@link crashWindow} mean that the gateway can't run here. */
const mostCrashes = 5
const crashWindow = 60_000

/** Codes of a gateway that is going or gone. */
const passing = new Set(['GATEWAY_UNREACHABLE', 'GATEWAY_DRAINING'])

/** Makes a session that does nothing until it is asked to. */
export function createGatewaySession(options: SessionOptions): GatewaySession {
  const stateChanged = createEmitter<GatewayState>()
  const resourcesChanged = createEmitter<Resources>()
  const received = createEmitter<WatchChange>()
  let state: GatewayState = { kind: 'idle' }
  let resources = noResources
  let client: GatewayClient | undefined
  let version = ''
  let farewell: string | undefined
  let ends: number[] = []
  let watching: AbortController | undefined

  const setState = (next: GatewayState): void => {
    state = next
    stateChanged.fire(next)
  }
  const giveUp = (next: GatewayState): void => {
    watching?.abort()
    watching = undefined
    client = undefined
    setState(next)
  }

  async function connect(signal: AbortSignal): Promise<GatewayAddress> {
    try {
      // After a farewell another client decides whether there is a gateway; starting one would undo a stop.
      const address = farewell === undefined ? await options.connect(signal) : await options.find(signal)
      if (address === undefined) throw new HksError('GATEWAY_UNREACHABLE', farewell ?? '')
      const { createGatewayClient } = await import('../../client/gatewayClient.ts')
      const next = createGatewayClient(address)
      version = await options.greet(next, signal)
      client = next
      return address
    } catch (error) {
      // A gateway that ended between being found and being greeted is looked for again.
      const isGone = error instanceof HksError && passing.has(error.code) && farewell === undefined
      if (!signal.aborted && !isGone)
        giveUp(farewell === undefined ? { kind: 'error', error: hksError(error) } : stopped(farewell))
      throw error
    }
  }

  function onMessage(message: WatchMessage): void {
    if (message.type === 'bye') {
      farewell = message.reason
      return
    }
    farewell = undefined
    resources = message.type === 'snapshot' ? fromSnapshot(message) : applyChange(resources, message)
    resourcesChanged.fire(resources)
    if (message.type !== 'snapshot') received.fire(message)
    if (state.kind !== 'ready') setState({ kind: 'ready', version })
  }

  function onState(next: WatchState): void {
    if (next.kind !== 'disconnected' || watching === undefined) return
    client = undefined
    const now = Date.now()
    ends = [...ends.filter(end => now - end < crashWindow), now]
    if (ends.length > mostCrashes) giveUp({ kind: 'error', error: keepsEnding(next.error) })
    else setState({ kind: 'reconnecting', error: next.error })
  }

  const start = (): void => {
    if (watching !== undefined) return
    const controller = new AbortController()
    watching = controller
    farewell = undefined
    ends = []
    setState({ kind: 'starting' })
    const ignoreStale =
      <T>(handle: (value: T) => void) =>
      (value: T) => {
        if (!controller.signal.aborted) handle(value)
      }
    // Loaded here, as an activation must not pay for it.
    void import('../../client/watchGateway.ts').then(({ watchGateway }) =>
      watchGateway({
        connect,
        onMessage: ignoreStale(onMessage),
        onState: ignoreStale(onState),
        signal: controller.signal,
      }),
    )
  }

  const ready = (): Promise<GatewayClient> => {
    start()
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        if (state.kind === 'ready' && client !== undefined) resolve(client)
        else if (state.kind === 'error') reject(state.error)
        else if (state.kind === 'stopped') reject(new HksError('GATEWAY_UNREACHABLE', state.reason))
        else return false
        return true
      }
      if (settle()) return
      const subscription = stateChanged.event(() => {
        if (settle()) subscription.dispose()
      })
    })
  }

  return {
    get state() {
      return state
    },
    get resources() {
      return resources
    },
    onDidChangeState: stateChanged.event,
    onDidChangeResources: resourcesChanged.event,
    onDidReceive: received.event,
    start,
    ready,
    stop: reason => giveUp(stopped(reason)),
    reconnect: () => {
      giveUp({ kind: 'starting' })
      start()
    },
    dispose: () => {
      giveUp(stopped(''))
      for (const emitter of [stateChanged, resourcesChanged, received]) emitter.dispose()
    },
  }
}

const stopped = (reason: string): GatewayState => ({ kind: 'stopped', reason })

const hksError = (error: unknown): HksError =>
  error instanceof HksError
    ? error
    : new HksError('GATEWAY_START_FAILED', error instanceof Error ? error.message : String(error), { cause: error })

const keepsEnding = (cause: HksError): HksError =>
  new HksError('GATEWAY_START_FAILED', `The gateway ended ${mostCrashes} times within a minute.`, {
    cause,
    hint: 'Its log says why.',
  })
