// Why a process was ended that used more than it may, in the words of the gateway.

const { readFileSync } = process.getBuiltinModule('node:fs')

/** Of the container's own control group: version 2, version 1. */
const memoryEvents = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control']
const units = ['Ki', 'Mi', 'Gi', 'Ti']

/** An amount in the largest binary unit that leaves a whole number, such as `256Mi`. */
function memoryText(bytes) {
  let [count, unit] = [bytes, '']
  for (const next of units) {
    if (count % 1024 !== 0) break
    ;[count, unit] = [count / 1024, next]
  }
  return `${count}${unit}`
}

/** How many processes of this container the kernel has ended for their memory; 0 where nothing tells. */
export function countMemoryKills() {
  for (const file of memoryEvents) {
    try {
      return Number(/^oom_kill (\d+)$/m.exec(readFileSync(file, 'latin1'))?.[1] ?? 0)
    } catch {
      // The other version, or none.
    }
  }
  return 0
}

/** An end for memory; `bytes` are undefined where nobody says how many there may be. */
export const memoryExcess = bytes => ({
  reason: `it used more ${bytes === undefined ? 'memory than it may' : `than ${memoryText(bytes)} of memory`}`,
  wayOut: 'Raise resources.memory in function.yaml, or hold less at once.',
})

/** An end for processor time. */
export const cpuExcess = seconds => ({
  reason: `it used more than ${seconds} ${seconds === 1 ? 'second' : 'seconds'} of processor time for a call`,
  wayOut: 'Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.',
})
