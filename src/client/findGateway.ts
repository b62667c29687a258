import { hostname } from 'node:os'
import { HksError } from '../contract/errors.ts'
import type { LockFile } from '../contract/gateway.ts'
import { plainPaths } from '../contract/routes.ts'
import { createGatewayClient, type GatewayAddress, type GatewayClient } from './gatewayClient.ts'
import { isAlive, readLockFile } from './gatewayLockFile.ts'

/** A living gateway answers this soon, also on a busy machine. */
const answerMilliseconds = 5000

/** What the lock file of a data folder leads to. */
export type FoundGateway =
  /** No gateway runs on this machine; `otherHost` when one on another machine wrote the lock file. */
  | { readonly kind: 'none'; readonly otherHost?: string }
  /** Its process lives, but does not answer: it is ending, or it hangs. */
  | { readonly kind: 'silent'; readonly lock: LockFile }
  /** `draining`: it starts nothing new and ends when its runs have. */
  | {
      readonly kind: 'answering'
      readonly lock: LockFile
      readonly client: GatewayClient
      readonly draining: boolean
    }

/** Looks for the gateway of the data folder `home`. @throws HksError CANCELLED */
export async function findGateway(home: string, signal?: AbortSignal): Promise<FoundGateway> {
  const lock = await readLockFile(home)
  if (!lock) return { kind: 'none' }
  if (!(await isAlive(lock))) return { kind: 'none', ...(lock.host === hostname() ? {} : { otherHost: lock.host }) }
  const client = createGatewayClient({ url: `http://127.0.0.1:${lock.port}`, token: lock.token })
  const status = await readiness(client.address, signal)
  if (status !== 200 && status !== 503) return { kind: 'silent', lock }
  return { kind: 'answering', lock, client, draining: status === 503 }
}

/** The status of `/readyz`, which costs a gateway nothing and refuses a wrong token; `undefined` without an answer. */
async function readiness({ url, token }: GatewayAddress, signal?: AbortSignal): Promise<number | undefined> {
  const timeout = AbortSignal.timeout(answerMilliseconds)
  try {
    const response = await fetch(`${url}${plainPaths.ready}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    await response.arrayBuffer()
    return response.status
  } catch (cause) {
    if (signal?.aborted) throw new HksError('CANCELLED', 'Cancelled.', { cause })
    return undefined
  }
}
