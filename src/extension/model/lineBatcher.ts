/** Collects lines and hands them on in batches, so that many lines cost few messages. */
export interface LineBatcher {
  /** Adds lines; resolves when there is room for more. */
  write(lines: readonly string[]): Promise<void>
  /** Hands on what is left. Nothing may be written afterwards. */
  close(): void
}

/** How a {@link LineBatcher} works. */
export interface LineBatcherOptions {
  /** Takes whole lines, each with its line end. */
  readonly append: (text: string) => void
  /** Milliseconds between two batches. */
  readonly every?: number
  /** Most lines of a batch; writers wait while more are there. */
  readonly most?: number
}

/**
 * Makes a batcher. 2,000 lines in 50 ms are 40,000 a second: more than anybody reads, and far below what keeps a
 * window busy.
 */
export function createLineBatcher({ append, every = 50, most = 2000 }: LineBatcherOptions): LineBatcher {
  let lines: string[] = []
  let timer: NodeJS.Timeout | undefined
  let room = Promise.withResolvers<void>()

  const flush = (): void => {
    timer = undefined
    const batch = lines.slice(0, most)
    lines = lines.slice(most)
    if (batch.length > 0) append(`${batch.join('\n')}\n`)
    if (lines.length < most) {
      room.resolve()
      room = Promise.withResolvers()
    }
    if (lines.length > 0) timer = setTimeout(flush, every)
  }

  return {
    write: async added => {
      lines = lines.concat(added)
      timer ??= setTimeout(flush, every)
      if (lines.length >= most) await room.promise
    },
    close: () => {
      clearTimeout(timer)
      if (lines.length > 0) append(`${lines.join('\n')}\n`)
      lines = []
      room.resolve()
    },
  }
}
