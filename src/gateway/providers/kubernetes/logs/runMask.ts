import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import { createMask } from '../../../platform/maskSecrets.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { KubeObject } from '../client/kubeObject.ts'
import type { KubePod } from '../objects/coreV1.ts'
import { pause } from '../watch/pause.ts'
import { createRetryDelay } from '../watch/retryDelay.ts'
import { isAway } from './containerLog.ts'
import { type SecretUse, secretUses } from './secretUses.ts'

/** What reading the Secrets of a run needs. */
export interface RunMaskDeps {
  readonly client: Pick<KubeClient, 'request'>
  /** Of the run. */
  readonly namespace: string
  readonly clock: Clock
  /** Receives why values could not be read, other than that the user may not or that there are none. */
  readonly report: (error: unknown) => void
}

/** Hides the values of the Secrets that the containers of a run get as variables. They are in memory only. */
export interface RunMask {
  /**
   * Makes what hides them in the lines of containers that started at `startedAt` (epoch milliseconds). Secrets are read again
   * only for containers that started after they were: their values may be others by then. Never rejects: where the user may
   * not read a Secret, or it is gone, nothing of it is hidden.
   */
  of(pod: KubePod, startedAt: number, signal: AbortSignal): Promise<(text: string) => string>
  /** The text with nothing left of the values that were read or are being read now. */
  hide(text: string): Promise<string>
}

/** The part of a core/v1 Secret that is read; values are base64. */
interface KubeSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Tries to read a Secret that the API server fails at; while the cluster is away none is counted. */
const mostTries = 4

/** A mask without values yet. Makes no request for pods that name no Secret. */
export function createRunMask(deps: RunMaskDeps): RunMask {
  const { clock } = deps
  const values = new Set<string>()
  let mask = createMask([])
  const reads = new Map<string, { readonly at: number; readonly done: Promise<unknown> }>()

  const read = async (uses: readonly SecretUse[], signal: AbortSignal): Promise<void> => {
    const bySecret = Map.groupBy(uses, ({ secret }) => secret)
    await Promise.all(
      [...bySecret].map(async ([name, used]) => {
        const secret = await readSecret(deps, name, signal)
        for (const value of valuesOf(secret, used)) values.add(value)
      }),
    )
    mask = createMask([...values])
  }
  return {
    of: async (pod, startedAt, signal) => {
      const uses = secretUses(pod.spec)
      if (uses.length > 0) {
        const key = JSON.stringify(uses)
        let last = reads.get(key)
        if (!last || last.at < startedAt) {
          last = { at: clock.now(), done: Promise.all([last?.done, read(uses, signal)]) }
          reads.set(key, last)
        }
        await last.done
      }
      return mask
    },
    hide: async text => {
      await Promise.all([...reads.values()].map(({ done }) => done))
      return mask(text)
    },
  }
}

/** Nothing where it can not be read; waits for a cluster that is away until the signal ends. */
async function readSecret(
  { client, namespace, clock, report }: RunMaskDeps,
  name: string,
  signal: AbortSignal,
): Promise<KubeSecret | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`
  const delay = createRetryDelay(Math.random)
  for (let tries = 1; !signal.aborted; ) {
    try {
      return await client.request<KubeSecret>('GET', path, { signal })
    } catch (error) {
      if (signal.aborted) break
      if (error instanceof HksError) {
        if (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND') break
        if (isAway(error) || tries++ < mostTries) {
          await pause(clock, delay.next(error), signal)
          continue
        }
      }
      report(error)
      break
    }
  }
  return undefined
}

const valuesOf = ({ data = {} }: Pick<KubeSecret, 'data'> = {}, uses: readonly SecretUse[]): readonly string[] =>
  Object.entries(data)
    .filter(([key]) => uses.some(use => use.key === undefined || use.key === key))
    .map(([, value]) => Buffer.from(value, 'base64').toString())
