import { spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDataFolder } from '../base/makeDataFolder.ts'
import { HksError } from '../contract/errors.ts'
import { dataFolderError } from '../contract/systemErrors.ts'

/** The start log is emptied when it has grown beyond this. */
const startLogBytes = 1024 * 1024

/** What a gateway is started with. */
export interface GatewayProgram {
  /** Data folder. */
  readonly home: string
  /** Path of the built `gateway.mjs`. */
  readonly gatewayProgram: string
  /** The Node or Electron executable that runs it. */
  readonly execPath: string
  /** The client's environment; the gateway gets only what says who and where the user is. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A gateway process that was started; it outlives the client. */
export interface StartedGateway {
  readonly pid: number
  /** How it ended, if it has: another gateway owns the data folder (exit code 0), or it failed. */
  readonly ended: () => { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  /** The end of what it has said since its start. */
  readonly tail: () => string
  readonly logFile: string
}

/**
 * Starts a gateway in a session of its own, with no tie to this process.
 * @throws HksError GATEWAY_START_FAILED; INVALID_REQUEST, STORE_FAILED for the data folder
 */
export async function spawnGateway(program: GatewayProgram): Promise<StartedGateway> {
  const logFile = join(program.home, 'gateway-start.log')
  const { log, offset } = openLog(program.home, logFile)
  try {
    const child = spawn(program.execPath, [program.gatewayProgram, 'run'], {
      cwd: program.home,
      env: gatewayEnvironment(program),
      detached: true,
      stdio: ['ignore', log, log],
    })
    let end: ReturnType<StartedGateway['ended']>
    child.once('exit', (code, signal) => {
      end = { code, signal }
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', cause => reject(startFailed(`${program.execPath} cannot be run: ${cause.message}.`, cause)))
    })
    child.unref()
    return { pid: child.pid!, ended: () => end, tail: () => readTail(logFile, offset), logFile }
  } finally {
    closeSync(log)
  }
}

/** The error of a gateway that could not be started. */
export const startFailed = (problem: string, cause?: unknown, details?: Readonly<Record<string, unknown>>): HksError =>
  new HksError('GATEWAY_START_FAILED', `The gateway did not start: ${problem}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(details === undefined ? {} : { details }),
  })

const names = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TMPDIR', 'NODE_V8_COVERAGE', 'NODE_EXTRA_CA_CERTS']
const prefixes = ['LC_', 'XDG_', 'HKS_']
/** A client that is itself part of a run has these; a gateway that had them would be ended with that run. */
const marksOfRuns = ['HKS_RUN_ID', 'HKS_HOME_ID']
/** Windows starts hardly any program without these. */
const windowsNames = ['SYSTEMROOT', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA', 'TEMP', 'TMP']

/** No variable of whichever client comes first may reach jobs and functions, so few are handed on. */
export function gatewayEnvironment({ home, env }: Pick<GatewayProgram, 'home' | 'env'>): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !marksOfRuns.includes(entry[0]) &&
      (names.includes(entry[0]) ||
        prefixes.some(prefix => entry[0].startsWith(prefix)) ||
        (process.platform === 'win32' && windowsNames.includes(entry[0].toUpperCase()))),
  )
  const electron = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
  return { ...Object.fromEntries(kept), ...electron, HKS_HOME: home }
}

function openLog(home: string, file: string): { log: number; offset: number } {
  try {
    makeDataFolder(home, { existsSync, mkdirSync, dirname })
    const log = openSync(file, 'a', 0o600)
    if (fstatSync(log).size > startLogBytes) ftruncateSync(log)
    return { log, offset: fstatSync(log).size }
  } catch (cause) {
    throw (
      dataFolderError(home, cause) ??
      startFailed(`the data folder ${home} cannot be written: ${(cause as Error).message}.`, cause)
    )
  }
}

function readTail(file: string, offset: number): string {
  const log = openSync(file, 'r')
  try {
    const end = fstatSync(log).size
    const begin = Math.max(Math.min(offset, end), end - 4096)
    const text = Buffer.alloc(end - begin)
    return text.toString('utf8', 0, readSync(log, text, 0, text.length, begin)).trim()
  } finally {
    closeSync(log)
  }
}
