import { setTimeout as delay } from 'node:timers/promises'
import { HksError } from '../contract/errors.ts'
import type { GatewayReady } from '../contract/gateway.ts'
import { compareVersions } from './compareVersions.ts'
import { type FoundGateway, findGateway } from './findGateway.ts'
import { fullDisk } from './fullDisk.ts'
import { lastWords } from './lastWords.ts'
import { type GatewayProgram, type StartedGateway, spawnGateway, startFailed } from './spawnGateway.ts'

/** How long a gateway may take to become ready, also on a machine that is busy starting an editor. */
const startSeconds = 60

/** The grace that runs get when an older gateway makes way, and what it may take beyond that to end. */
const handOver = { graceSeconds: 30, marginSeconds: 30 } as const

const lookMilliseconds = 50

/** A gateway ends with exit code 0 when another one owns the folder. One that is not ready by then may be gone again. */
const againMilliseconds = 1000

/** What {@link ensureGateway} needs. */
export interface EnsureOptions extends GatewayProgram {
  /** The client's own version. */
  readonly version: string
  /** Sentences for the user while it takes time. */
  readonly onProgress?: (sentence: string) => void
  readonly signal?: AbortSignal
}

/** A gateway that is ready. `started`: this client started it. */
export interface RunningGateway extends GatewayReady {
  readonly started: boolean
}

/**
 * Finds the gateway of a data folder, or starts it. Clients that ask at once get the same one. An older gateway is asked
 * to drain and replaced.
 * @throws HksError what the gateway says that keeps it from starting (STORE_CORRUPT, STORE_FAILED …), else
 * GATEWAY_START_FAILED; GATEWAY_NEWER (this client must be updated), CANCELLED
 */
export async function ensureGateway(options: EnsureOptions): Promise<RunningGateway> {
  const progress = createProgress(options.onProgress)
  let deadline = performance.now() + startSeconds * 1000
  let nextStart = 0
  let waitsForEnd = false
  let started: StartedGateway | undefined
  const waitForEnd = () => {
    if (!waitsForEnd) deadline = performance.now() + (handOver.graceSeconds + handOver.marginSeconds) * 1000
    waitsForEnd = true
    progress('Waiting for the previous gateway to end its runs')
  }

  for (;;) {
    const found = await findGateway(options.home, options.signal)
    if (found.kind === 'answering') {
      const { lock, client, draining } = found
      const ours = lock.pid === started?.pid
      const order = ours ? 0 : compareVersions(lock.version, options.version)
      if (order > 0) throw newer(lock.version, options.version)
      if (order === 0 && !draining) {
        return { ...client.address, pid: lock.pid, version: lock.version, started: ours }
      }
      if (!draining) await drain(found, options.signal)
      waitForEnd()
    } else if (found.kind === 'none') {
      const end = started?.ended()
      if (started && end && end.code !== 0) throw failed(options.home, started, end)
      if (!started || (end && performance.now() > nextStart)) {
        progress('Starting the gateway')
        started = await spawnGateway(options)
        nextStart = performance.now() + againMilliseconds
      }
    }
    if (performance.now() > deadline) throw tooLate(found, started)
    await pause(options.signal)
  }
}

async function drain({ client }: FoundGateway & { kind: 'answering' }, signal?: AbortSignal): Promise<void> {
  try {
    await client.call('drainGateway', {
      body: { graceSeconds: handOver.graceSeconds },
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    // It may have ended meanwhile; whether it has is what the next look tells.
    if (!(error instanceof HksError) || error.code !== 'GATEWAY_UNREACHABLE') throw error
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(lookMilliseconds, undefined, signal ? { signal } : {})
  } catch (cause) {
    throw new HksError('CANCELLED', 'Cancelled while the gateway was starting.', { cause })
  }
}

function createProgress(tell: (sentence: string) => void = () => undefined): (sentence: string) => void {
  let last: string | undefined
  return sentence => {
    if (sentence !== last) tell(sentence)
    last = sentence
  }
}

const newer = (running: string, own: string) =>
  new HksError('GATEWAY_NEWER', `The gateway that runs has version ${running}; this is version ${own}.`, {
    details: { running, own },
    hint: 'Update Hexabase HKS here, or stop that gateway.',
  })

function failed(
  home: string,
  started: StartedGateway,
  end: { readonly code: number | null; readonly signal: string | null },
): HksError {
  const tail = started.tail()
  const details = { exitCode: end.code, signal: end.signal, tail, logFile: started.logFile }
  const words = lastWords(tail)
  if (words !== undefined) {
    const { code, sentence, hint } = words
    return new HksError(code, sentence, { details, ...(hint === undefined ? {} : { hint }) })
  }
  // What it said last lay on the disk that was full.
  const full = fullDisk(home)
  if (full !== undefined) return full
  const how = end.signal === null ? `it ended with exit code ${end.code}.` : `it was ended by ${end.signal}.`
  return startFailed(tail.split('\n').at(-1) || how, undefined, details)
}

function tooLate(found: FoundGateway, started: StartedGateway | undefined): HksError {
  if (found.kind === 'none') {
    const where = found.otherHost === undefined ? '' : ` The data folder is in use on the machine ${found.otherHost}.`
    return startFailed(`it was not ready in time.${where}`, undefined, {
      tail: started?.tail(),
      logFile: started?.logFile,
    })
  }
  const { pid } = found.lock
  return startFailed(`the previous one (process ${pid}) has not ended.`, undefined, { pid })
}
