import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { machineBootId, processStartTime, type SystemLookup } from '../base/processIdentity.ts'
import { HksError } from '../contract/errors.ts'
import type { LockFile } from '../contract/gateway.ts'

const texts = ['processStartTime', 'bootId', 'host', 'token', 'version'] as const
const numbers = ['pid', 'port'] as const

/**
 * The lock file of the data folder `home`; `undefined` when there is none that a gateway wrote.
 * @throws HksError GATEWAY_UNREACHABLE when it cannot be read
 */
export async function readLockFile(home: string): Promise<LockFile | undefined> {
  const file = join(home, 'gateway.json')
  try {
    const lock = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const whole =
      texts.every(name => typeof lock[name] === 'string') && numbers.every(name => Number.isInteger(lock[name]))
    return whole ? (lock as unknown as LockFile) : undefined
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // A gateway replaces the file whole: one that is no JSON is none of its own.
    if (cause instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new HksError(
      'GATEWAY_UNREACHABLE',
      `The gateway's file ${file} cannot be read: ${(cause as Error).message}.`,
      {
        details: { file, system: code },
        hint: 'It must belong to you. HKS_HOME chooses another data folder.',
        cause,
      },
    )
  }
}

/** Whether the very process that wrote the lock file is alive: same machine, same start of it, same process. */
export async function isAlive(lock: LockFile): Promise<boolean> {
  if (lock.host !== hostname()) return false
  const system = process.platform === 'linux' ? linux : await lookUp(lock.pid)
  return machineBootId(system) === lock.bootId && processStartTime(lock.pid, system) === lock.processStartTime
}

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

const linux: SystemLookup = { platform: 'linux', readText, run: () => undefined }

/** Runs the two programs that tell, beforehand: the editor's process must not wait for them. */
async function lookUp(pid: number): Promise<SystemLookup> {
  const outputs = {
    ps: await output('ps', ['-o', 'lstart=', '-p', String(pid)]),
    sysctl: await output('sysctl', ['-n', 'kern.bootsessionuuid']),
  }
  return { platform: process.platform, readText: () => undefined, run: program => outputs[program as 'ps' | 'sysctl'] }
}

async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' }
    return (await promisify(execFile)(program, [...args], { env })).stdout
  } catch (error) {
    // ps exits with 1 for a process that is gone.
    if (typeof (error as { code?: unknown }).code === 'number') return undefined
    throw error
  }
}
