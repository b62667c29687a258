// Where Kubernetes looks for the reason of a container's end.

const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs')

const path = '/dev/termination-log'
/** What Kubernetes keeps of it. */
const mostBytes = 4096

/** Writes it, where a container has such a file. */
export function writeTerminationMessage(text) {
  if (!existsSync(path)) return
  try {
    writeFileSync(path, Buffer.from(text).subarray(0, mostBytes))
  } catch {
    // The same is the last of stderr.
  }
}
