import { readFileSync } from 'node:fs'

/** The command line of a process, its parts separated by NUL; empty when it is gone. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}
