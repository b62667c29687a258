import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Ends a process that was spawned `detached`, and all it started in its group: SIGTERM, then SIGKILL after
 * `graceMs`. Resolves when no member is left.
 */
export async function endProcessGroup(child: ChildProcess, graceMs = 10_000): Promise<void> {
  const group = child.pid
  if (group === undefined) return
  const deadline = Date.now() + graceMs
  let signal: NodeJS.Signals = 'SIGTERM'
  while (send(group, signal)) {
    // Once asked to end, a group is only probed until its time is up.
    while (isAlive(group) && Date.now() < deadline) await delay(20)
    signal = 'SIGKILL'
    await delay(20)
  }
  if (child.exitCode === null && child.signalCode === null) await new Promise(resolve => child.once('exit', resolve))
}

function isAlive(group: number): boolean {
  return send(group, 0)
}

/** Signals every member; false when there is none. */
function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
