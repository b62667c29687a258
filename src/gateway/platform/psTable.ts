import { execFileSync } from 'node:child_process'

/** A process as `ps` shows it, with its environment where that may be read. */
export interface PsEntry {
  readonly pid: number
  readonly parent: number
  /** The process group; a process that was started detached leads one. */
  readonly group: number
  /** Epoch milliseconds, whole seconds. */
  readonly startTime: number
  /** Command and environment in one text, as `ps -E` prints them. */
  readonly text: string
}

/** pid, parent, group, state, start as `Mon Mar  2 10:00:30 2026`, the rest. */
const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s?(.*)$/

/** Reads the output of {@link readPs}; zombies are left out. */
export function parsePs(output: string): readonly PsEntry[] {
  return output.split('\n').flatMap(line => {
    const match = row.exec(line)
    if (!match) return []
    const [, pid, parent, group, state, start, text] = match
    if (state!.startsWith('Z')) return []
    return [
      { pid: Number(pid), parent: Number(parent), group: Number(group), startTime: Date.parse(start!), text: text! },
    ]
  })
}

/** The processes of a system without /proc (macOS): all of them, or one. */
export function readPs(pid?: number): readonly PsEntry[] {
  const columns = 'pid=,ppid=,pgid=,stat=,lstart=,command='
  const which = pid === undefined ? ['-axwwE'] : ['-wwE', '-p', String(pid)]
  try {
    return parsePs(
      execFileSync('ps', [...which, '-o', columns], {
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
  } catch (error) {
    // ps ends with 1 when the process it was asked for is gone.
    if (pid !== undefined && (error as { status?: unknown }).status === 1) return []
    throw error
  }
}

/** The value of a variable in what `ps -E` printed; run and home ids hold no space. */
export const psVariable = (text: string, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)${name}=(\\S*)`).exec(text)?.[1]
