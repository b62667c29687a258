import { createHash } from 'node:crypto'
import { HksError } from '../contract/errors.ts'
import type { Function, FunctionDeploy } from '../contract/functions.ts'
import { createBackOff } from './backOff.ts'
import { cancelDeploymentNamed, settledDeployment } from './deploymentUnderWay.ts'
import type { GatewayClient } from './gatewayClient.ts'

/** A deployment that a newer save has overtaken may end by itself for so long; then it is cancelled. Milliseconds. */
const overtakenMs = 200
/** A request that takes longer may be given up by what is between; what the deployment came to is asked for then. */
const waitSeconds = 60
/** A gateway that is being replaced is gone for a moment. */
const tries = 4
/** The longest that the end waits for the gateway. Milliseconds. */
const cancelMs = 5000

/** What became of a save; `milliseconds` since it was noticed. */
export type Reload =
  | { readonly kind: 'serving'; readonly function: Function; readonly milliseconds: number }
  /** What served before goes on. */
  | { readonly kind: 'refused'; readonly error: unknown; readonly milliseconds: number }

/** What {@link createHotReload} needs. */
export interface HotReloadOptions {
  readonly projectId: string
  /** The source as it is now, and how it is deployed. What it throws is told as a refusal. */
  readonly read: (signal: AbortSignal) => Promise<Omit<FunctionDeploy, 'transient' | 'waitSeconds'>>
  /** Finds the gateway; asked again when it has gone. */
  readonly connect: () => Promise<GatewayClient>
  readonly onReload: (reload: Reload) => void
}

/** Deploys what is saved. */
export interface HotReload {
  /** Something was saved, at `performance.now()` or a moment ago. What is the same as the last time is not deployed again. */
  changed(noticedAt?: number): void
  /** Deploys also what is the same. */
  again(): void
  /** Ends it; a deployment under way is cancelled. Nothing is told any more. */
  stop(): Promise<void>
}

/**
 * Keeps a function like its source. The newest save wins: one deployment is under way at a time, and of saves meanwhile
 * only the last is deployed, however many there were.
 */
export function createHotReload({ projectId, read, connect, onReload }: HotReloadOptions): HotReload {
  const stopping = new AbortController()
  /** What is under way is not waited for any more. */
  const givingUp = new AbortController()
  let client: Promise<GatewayClient> | undefined
  /** When the first save was noticed that is not read yet. */
  let savedAt: number | undefined
  /** Digest of what was last sent and not refused. */
  let sent: string | undefined
  let underWay: string | undefined
  let overtaken: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  let isWorking = false

  const isOvertaken = () => savedAt !== undefined || stopping.signal.aborted
  const work = async () => {
    while (savedAt !== undefined && !stopping.signal.aborted) {
      const begun = savedAt
      savedAt = undefined
      const milliseconds = () => performance.now() - begun
      try {
        const fn = await reload()
        if (fn && !stopping.signal.aborted) onReload({ kind: 'serving', function: fn, milliseconds: milliseconds() })
      } catch (error) {
        // The same may be sent again: what it needs beside the source may be there by then.
        sent = undefined
        // Of a file that was half written, or cancelled for the sake of what is newer: that is told.
        if (!isOvertaken()) onReload({ kind: 'refused', error, milliseconds: milliseconds() })
      }
    }
    isWorking = false
  }
  const reload = async (): Promise<Function | undefined> => {
    const deployment = await read(stopping.signal)
    if (isOvertaken()) return undefined
    const digest = createHash('sha256').update(JSON.stringify(deployment)).digest('hex')
    if (digest === sent) return undefined
    sent = digest
    underWay = deployment.name
    try {
      return await deploy({ ...deployment, transient: true, waitSeconds })
    } finally {
      underWay = undefined
      clearInterval(overtaken)
      overtaken = undefined
    }
  }
  const found = () =>
    (client ??= connect().catch((error: unknown) => {
      client = undefined
      throw error
    }))
  const deploy = async (body: FunctionDeploy): Promise<Function> => {
    const backOff = createBackOff()
    for (let left = tries; ; left--) {
      try {
        const gateway = await found()
        const fn = await gateway.call('deployFunction', { params: { id: projectId }, body, signal: givingUp.signal })
        return await settledDeployment(gateway, fn, givingUp.signal)
      } catch (error) {
        if (!isOfGateway(error)) throw error
        client = undefined
        if (left <= 1 || stopping.signal.aborted) throw error
        await backOff.wait(stopping.signal)
      }
    }
  }
  const cancel = async () => {
    if (underWay === undefined || client === undefined) return
    try {
      await cancelDeploymentNamed(await client, projectId, underWay, AbortSignal.timeout(cancelMs))
    } catch (error) {
      // A gateway that is gone deploys nothing.
      if (!isOfGateway(error) && !isCancelled(error)) throw error
    }
  }
  const begin = (noticedAt: number = performance.now()) => {
    savedAt ??= noticedAt
    // A save that can not overtake waits: what could not be cancelled ends by itself.
    if (underWay !== undefined) overtaken ??= setInterval(() => void cancel().catch(() => undefined), overtakenMs)
    if (isWorking) return
    isWorking = true
    working = work()
  }
  return {
    changed: begin,
    again: () => {
      sent = undefined
      begin()
    },
    stop: async () => {
      stopping.abort(new HksError('CANCELLED', 'Hot reload was ended.'))
      const timer = setTimeout(() => givingUp.abort(), cancelMs)
      try {
        await Promise.all([cancel(), working])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const isCancelled = (error: unknown): boolean => error instanceof HksError && error.code === 'CANCELLED'

const isOfGateway = (error: unknown): boolean =>
  error instanceof HksError && ['GATEWAY_UNREACHABLE', 'GATEWAY_DRAINING', 'UNAUTHENTICATED'].includes(error.code)
