import { hostname } from 'node:os'
import { HksError } from '../contract/errors.ts'
import type { GatewayStatus, LockFile } from '../contract/gateway.ts'
import { createGatewayClient, type GatewayClient } from './gatewayClient.ts'
import { isAlive, readLockFile } from './gatewayLockFile.ts'

/** A living gateway answers this soon, also on a busy machine. */
const answerMilliseconds = 5000

/** What the lock file of a data folder leads to. */
export type FoundGateway =
  /** No gateway runs on this machine; `otherHost` when one on another machine wrote the lock file. */
  | { readonly kind: 'none'; readonly otherHost?: string }
  /** Its process lives, but does not answer: it is ending, or it hangs. */
  | { readonly kind: 'silent'; readonly lock: LockFile }
  | {
      readonly kind: 'answering'
      readonly lock: LockFile
      readonly client: GatewayClient
      readonly status: GatewayStatus
    }

/** Looks for the gateway of the data folder `home`. @throws HksError CANCELLED */
export async function findGateway(home: string, signal?: AbortSignal): Promise<FoundGateway> {
  const lock = await readLockFile(home)
  if (!lock) return { kind: 'none' }
  if (!(await isAlive(lock))) return { kind: 'none', ...(lock.host === hostname() ? {} : { otherHost: lock.host }) }
  const client = createGatewayClient({ url: `http://127.0.0.1:${lock.port}`, token: lock.token })
  const timeout = AbortSignal.timeout(answerMilliseconds)
  try {
    const status = await client.call('getGateway', { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    return { kind: 'answering', lock, client, status }
  } catch (error) {
    if (signal?.aborted || !(error instanceof HksError)) throw error
    return { kind: 'silent', lock }
  }
}
