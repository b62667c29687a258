import { setTimeout as delay } from 'node:timers/promises'
import type { LockFile } from '../contract/gateway.ts'
import { HksError } from '../contract/errors.ts'
import { findGateway } from './findGateway.ts'
import { isAlive } from './gatewayLockFile.ts'

/** What a gateway may take to end beyond the grace of its runs. */
const marginSeconds = 15

/** A gateway that answers nobody gets this long after SIGTERM: it gives its runs 5 seconds. */
const silentSeconds = 10

/** How to stop a gateway. */
export interface StopOptions {
  /** Data folder. */
  readonly home: string
  /** Seconds that runs in progress get to end; 30 unless said. */
  readonly graceSeconds?: number
  readonly signal?: AbortSignal
}

/** What became of the gateway; `killed`: it did not end by itself. */
export type Stopped = 'stopped' | 'killed' | 'notRunning'

/** Asks the gateway of a data folder to end and waits until it has; one that hangs is killed. @throws HksError CANCELLED */
export async function stopGateway({ home, graceSeconds = 30, signal }: StopOptions): Promise<Stopped> {
  const found = await findGateway(home, signal)
  if (found.kind === 'none') return 'notRunning'
  if (found.kind === 'answering') {
    try {
      await found.client.call('drainGateway', { body: { graceSeconds }, ...(signal ? { signal } : {}) })
    } catch (error) {
      // Unreachable: it is ending already.
      if (!(error instanceof HksError) || error.code !== 'GATEWAY_UNREACHABLE') throw error
    }
  } else {
    send(found.lock, 'SIGTERM')
  }
  const seconds = found.kind === 'answering' ? graceSeconds + marginSeconds : silentSeconds
  if (await endsWithin(found.lock, seconds, signal)) return 'stopped'
  send(found.lock, 'SIGKILL')
  if (await endsWithin(found.lock, marginSeconds, signal)) return 'killed'
  throw new HksError('INTERNAL', `The gateway (process ${found.lock.pid}) cannot be ended.`)
}

async function endsWithin(lock: LockFile, seconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000
  while (await isAlive(lock)) {
    if (performance.now() > deadline) return false
    try {
      await delay(25, undefined, signal ? { signal } : {})
    } catch (cause) {
      throw new HksError('CANCELLED', 'Cancelled while the gateway was ending.', { cause })
    }
  }
  return true
}

function send(lock: LockFile, signal: NodeJS.Signals): void {
  try {
    process.kill(lock.pid, signal)
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
