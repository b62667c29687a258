/** Enough for a stack. */
const kept = 50

/** The last fifty lines of a process, for the sentence that says why it ended. */
export function createOutputTail() {
  const lines = []
  let added = 0
  return {
    add(line) {
      lines.push(line)
      added += 1
      if (lines.length > kept) lines.shift()
    },
    mark: () => added,
    /** Oldest first: the lines after the mark that belong to this invocation or to none; without one, all. */
    since(mark, invocationId) {
      const fresh = lines.slice(Math.max(0, mark - (added - lines.length)))
      if (invocationId === undefined) return fresh
      return fresh.filter(line => line.invocationId === undefined || line.invocationId === invocationId)
    },
  }
}
