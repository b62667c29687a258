import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessEntry, type ProcessScan } from './processTable.ts'

/** Which processes belong together; what descends from a member belongs to it too. */
export interface Membership {
  /** Members by themselves. */
  readonly matches: (entry: ProcessEntry) => boolean
}

/** How long processes that SIGKILL was sent to may take to go; one that waits for a dead disk goes later. */
const killWaitMs = 10_000

/**
 * Ends all members and what descends from them: SIGTERM, `graceMs` to go, SIGKILL; looks again until none is left, so
 * that what forks meanwhile is found too. Answers those that even SIGKILL did not end.
 */
export async function endProcesses(
  scan: ProcessScan,
  membership: Membership,
  graceMs: number,
): Promise<readonly ProcessEntry[]> {
  const begin = performance.now()
  const asked = new Set<string>()
  let pause = 5
  for (;;) {
    const members = membersOf(await scan(), membership)
    if (members.length === 0) return []
    const elapsed = performance.now() - begin
    if (elapsed >= graceMs + killWaitMs) return members
    for (const member of members) {
      const name = `${member.pid}/${member.startTime}`
      if (elapsed >= graceMs) send(member, 'SIGKILL')
      else if (!asked.has(name)) {
        asked.add(name)
        send(member, 'SIGTERM')
      }
    }
    const untilKill = graceMs - elapsed
    await sleep(untilKill > 0 ? Math.min(pause, untilKill) : pause)
    pause = Math.min(pause * 2, 100)
  }
}

/** Members and their descendants in one table. */
export function membersOf(table: readonly ProcessEntry[], { matches }: Membership): readonly ProcessEntry[] {
  const children = Map.groupBy(table, entry => entry.parent)
  const found = new Map<number, ProcessEntry>()
  const add = (entry: ProcessEntry): void => {
    if (found.has(entry.pid)) return
    found.set(entry.pid, entry)
    children.get(entry.pid)?.forEach(add)
  }
  for (const entry of table) if (matches(entry)) add(entry)
  return [...found.values()]
}

function send(entry: ProcessEntry, signal: NodeJS.Signals): void {
  if (!isAlive(entry)) return
  try {
    process.kill(entry.pid, signal)
  } catch (error) {
    // It ended just now, or it runs as another user and only that user may end it.
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
