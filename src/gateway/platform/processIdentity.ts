import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { machineBootId, processStartTime, type SystemLookup } from '../../base/processIdentity.ts'

/** What tells this process from any other, ever, on this machine. */
export interface ProcessIdentity {
  readonly pid: number
  /** As the kernel reports it. */
  readonly processStartTime: string
  /** The machine's boot id. */
  readonly bootId: string
}

/** The identity of this process, for the lock file. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    processStartTime: processStartTime(process.pid, system) ?? 'unknown',
    bootId: machineBootId(system),
  }
}

const system: SystemLookup = {
  platform: process.platform,
  readText: file => readFileSync(file, 'latin1'),
  run: (program, args) =>
    execFileSync(program, [...args], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' } }),
}
