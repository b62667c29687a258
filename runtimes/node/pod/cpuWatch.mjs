// Keeps a process, with all that it starts, within the processor time of its calls.

const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs')

/** USER_HZ, the same on every Linux. */
const ticksPerSecond = 100
const lookMs = 200
/** What loading the code may use where a call may use less. */
const leastLoadSeconds = 60

/** Parent, session and ticks of a process with those of its children that were waited for; undefined when it is gone. */
function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Behind the name, which may hold anything: state, ppid, pgrp, session, …, utime, stime, cutime, cstime.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    return { parent: fields[1], session: fields[3], ticks: fields[11] + fields[12] + fields[13] + fields[14] }
  } catch {
    return undefined
  }
}

/** Seconds of processor time of a process and all that it has started. */
function usedSeconds(root) {
  const processes = new Map()
  for (const name of readdirSync('/proc')) {
    const one = /^\d+$/.test(name) ? readProcess(name) : undefined
    if (one !== undefined) processes.set(Number(name), one)
  }
  // One whose parent has ended still has the session, unless it made its own.
  const isOfRoot = pid => {
    for (let at = pid; processes.has(at); at = processes.get(at).parent) {
      if (at === root || processes.get(at).session === root) return true
    }
    return false
  }
  let ticks = 0
  for (const [pid, one] of processes) if (isOfRoot(pid)) ticks += one.ticks
  return ticks / ticksPerSecond
}

/**
 * Watches until `stop()`; without `seconds` it does nothing. Calls `onExcess()` once. Calls at the same time share what they
 * may use, and what goes on after an answer counts, too.
 */
export function watchCpu(root, seconds, onExcess) {
  if (seconds === undefined) return { beginCall: () => undefined, stop: () => undefined }
  let end = Number.POSITIVE_INFINITY
  // Allowed since the last look: nobody measures for it alone.
  let anew = Math.max(seconds, leastLoadSeconds)
  const timer = setInterval(() => {
    const used = usedSeconds(root)
    if (anew !== undefined) end = used + anew
    anew = undefined
    if (used <= end) return
    clearInterval(timer)
    onExcess()
  }, lookMs)
  return {
    /** A call begins while there are so many others. */
    beginCall(others) {
      if (others === 0) anew = seconds
      else if (anew !== undefined) anew += seconds
      else end += seconds
    },
    stop: () => clearInterval(timer),
  }
}
