import { execFile } from 'node:child_process'
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A pipe whose writing end is given to a process. */
export interface OutputPipe {
  /** What was written; it ends when no process holds the writing end any more. */
  readonly reader: Socket
  /** Goes into the `stdio` of a spawn. */
  readonly writer: number
  /** Lets go of the writing end; call it once the process has its own. */
  closeWriter(): void
}

/** Pipes for the output of processes. */
export interface PipeStock extends Disposable {
  /** @throws the system's error, such as EMFILE */
  take(): Promise<OutputPipe>
}

const run = promisify(execFile)
/** Pipes that one call of `mkfifo` makes. */
const batch = 16
/** With fewer in stock more are made in the background. */
const low = 6

/**
 * Makes real pipes. Node's own are sockets, and a process can not open those again: `echo x > /dev/stderr` fails with
 * ENXIO. A named pipe is opened at both ends and unlinked at once, so nobody else ever has it.
 */
export function createPipeStock(folder: string): PipeStock {
  let stock: string[] = []
  let made = 0
  let making: Promise<void> | undefined

  const make = async (): Promise<void> => {
    // A gateway that was killed leaves the names it had not used.
    if (made === 0) rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const paths = Array.from({ length: batch }, () => join(folder, `${process.pid}-${made++}`))
    await run('mkfifo', ['-m', '600', ...paths])
    stock.push(...paths)
  }
  const restock = (): Promise<void> =>
    (making ??= make().finally(() => {
      making = undefined
    }))
  return {
    take: async () => {
      while (stock.length === 0) await restock()
      const path = stock.pop()!
      // The next run is not to wait for it; a failure shows when nothing is left.
      if (stock.length < low) restock().catch(() => undefined)
      return openPipe(path)
    },
    [Symbol.dispose]: () => {
      stock = []
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openPipe(path: string): OutputPipe {
  // The reading end first, without waiting for a writer; then the writing end has its reader.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let writer: number | undefined
  try {
    writer = openSync(path, constants.O_WRONLY)
    unlinkSync(path)
    const reader = new Socket({ fd: read, readable: true, writable: false })
    let open = true
    const fd = writer
    return {
      reader,
      writer: fd,
      closeWriter: () => {
        if (open) closeSync(fd)
        open = false
      },
    }
  } catch (error) {
    if (writer !== undefined) closeSync(writer)
    closeSync(read)
    throw error
  }
}
