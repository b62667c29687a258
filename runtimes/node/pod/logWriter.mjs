// The container's two streams: what the function prints, line by line, and what the supervising process has to say.

const { writeSync } = process.getBuiltinModule('node:fs')

const descriptors = { out: 1, err: 2, system: 2 }
const pauseMs = 1

/** Waits where a pipe takes no more: nothing is dropped, and a function is slowed down by who reads its log. */
function writeAll(fd, text) {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      // Nobody reads the log any more.
      if (error.code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}

const markOf = ({ stream, invocationId, truncated }) =>
  `\t[${stream}${invocationId === undefined ? '' : ` ${invocationId}`}${truncated > 0 ? ` +${truncated}` : ''}]`

const cutOf = ({ truncated }) => (truncated > 0 ? `… (${truncated} bytes more)` : '')

/** Prints lines in the format `plain` or `marked`; `hide` masks secrets. */
export function createLogWriter(format, hide) {
  const suffix = format === 'marked' ? markOf : cutOf
  /** `line` is `{stream, text, invocationId?, truncated?}`. */
  const write = line => writeAll(descriptors[line.stream], `${hide(line.text)}${suffix(line)}\n`)
  return {
    write,
    /** What the supervising process says; one line or more. */
    system(text) {
      for (const line of text.split('\n')) write({ stream: 'system', text: line })
    },
    /** Says in the log of a call why its answer ended, where no line of the function does. */
    brokeOff(invocationId, { code, message }) {
      if (code !== 'LIMIT_EXCEEDED') return
      write({ stream: 'system', text: `The answer broke off. ${code}: ${message}`, invocationId })
    },
  }
}
