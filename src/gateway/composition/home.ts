import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDataFolder } from '../../base/makeDataFolder.ts'
import { HksError } from '../../contract/errors.ts'
import { dataFolderError } from '../../contract/systemErrors.ts'
import { createGatewayLog, type GatewayLog } from '../platform/gatewayLog.ts'
import { machineId } from '../platform/machineId.ts'
import { type Ownership, takeOwnership, UnusableLock } from '../platform/ownership.ts'

/** The data folder, owned by this process, and who this process is. */
export interface Home {
  /** Real path of the data folder. */
  readonly folder: string
  readonly ownership: Ownership
  readonly log: GatewayLog
  readonly logFile: string
  readonly machineId: string
  /** Names the data folder in the environment of each process. */
  readonly id: string
  /** Names this start of the gateway. */
  readonly bootId: string
  /** Logs a failure that nobody waits for. */
  readonly report: (error: unknown) => void
  /** Logs a sentence and keeps it for the user. */
  readonly notice: (text: string) => void
  /** The sentences so far, oldest first. */
  readonly notices: () => readonly string[]
}

/**
 * Makes and takes the data folder, and opens the log in it.
 * @throws Error with `code` `OWNED` when another has it, HksError STORE_CORRUPT for its lock file, STORE_FAILED,
 * INVALID_REQUEST where no folder can be
 */
export function openHome(path: string): Home {
  const folder = translated(path, () => {
    makeDataFolder(path, { existsSync, mkdirSync, dirname })
    return realpathSync(path)
  })
  const ownership = translated(path, () => own(folder))
  const logFile = join(folder, 'logs', 'gateway.log')
  const log = translated(path, () => createGatewayLog(logFile))
  const machine = machineId()
  const notices: string[] = []
  return {
    folder,
    ownership: { ...ownership, publish: content => translated(path, () => ownership.publish(content)) },
    log,
    logFile,
    machineId: machine,
    id: createHash('sha256').update(`${machine}\n${folder}`).digest('hex').slice(0, 32),
    bootId: randomUUID(),
    report: error => log.error({ err: error }),
    notice: text => {
      log.warn(text)
      notices.push(text)
    },
    notices: () => notices,
  }
}

/** Does work in the data folder; what the operating system refuses is an HksError. */
function translated<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw dataFolderError(folder, error) ?? error
  }
}

function own(folder: string): Ownership {
  try {
    return takeOwnership(folder)
  } catch (error) {
    if (!(error instanceof UnusableLock)) throw error
    const { file, isDamaged, isFull, message } = error
    const options = { details: { file }, cause: error }
    if (isDamaged)
      throw new HksError('STORE_CORRUPT', `The lock file ${file} is damaged: ${message}.`, {
        ...options,
        hint: 'Delete it; it holds no data, and the next start makes a new one.',
      })
    if (isFull)
      throw new HksError('STORE_FAILED', `The lock file ${file} cannot be written: the disk is full.`, {
        ...options,
        hint: 'Free some space, then try again.',
      })
    throw new HksError('STORE_FAILED', `The lock file ${file} cannot be used: ${message}.`, {
      ...options,
      hint: 'Make the data folder writable on a file system with locks, then try again.',
    })
  }
}
