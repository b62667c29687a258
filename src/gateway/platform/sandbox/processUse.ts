import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'

/** What a tree of processes uses now. */
export interface ProcessUse {
  /** Without the root itself, unless that counts. */
  readonly processes: number
  /** What is its own: not the programs and libraries that it shares with others. */
  readonly bytes: number
  /** Processor time since the meter was opened, also of what has ended. */
  readonly cpuSeconds: number
}

/** Whether the process that is watched belongs to what is measured, or only holds it together. */
export type RootCounts = 'counts' | 'does not count'

/** Measures what descends from a process. */
export interface UseMeter extends Disposable {
  /** Everything; some tenths of a millisecond. Nothing when the root is gone. */
  use(): ProcessUse
  /**
   * The memory of the processes that the last `use` found, shared or not: never less than what is their own but for
   * page tables. A few microseconds.
   */
  residentBytes(): number
}

/** Opens a meter. Linux only. */
export function openUseMeter(root: number, rootCounts: RootCounts): UseMeter {
  const known = new Map<number, number>()
  const cpu = createCpuSum()
  const buffer = Buffer.alloc(256)
  const page = pageBytes()
  const forget = (pid: number, statm: number) => {
    closeSync(statm)
    known.delete(pid)
  }
  return {
    use: () => {
      const below = descendants(root)
      const pids = rootCounts === 'counts' ? [root, ...below] : below
      for (const [pid, statm] of known) if (!pids.includes(pid)) forget(pid, statm)
      let bytes = 0
      for (const pid of pids) {
        bytes += ownBytes(pid)
        const statm = known.has(pid) ? undefined : ifThere(() => openSync(`/proc/${pid}/statm`, 'r'))
        if (statm !== undefined) known.set(pid, statm)
      }
      return { processes: pids.length, bytes, cpuSeconds: cpu.add(root, below) }
    },
    residentBytes: () => {
      let pages = 0
      for (const statm of known.values()) pages += residentPages(statm, buffer)
      return pages * page
    },
    [Symbol.dispose]: () => {
      for (const [pid, statm] of known) forget(pid, statm)
    },
  }
}

/** Of a process that ends its parent keeps the time, but not where it is told that nobody waits for it. */
function createCpuSum() {
  let sum = 0
  let before: number | undefined
  return {
    add: (root: number, below: readonly number[]): number => {
      const own = ticksOf(root)
      // Nothing is seen now; what was used until then is not used again when it is.
      if (own === undefined) return sum / ticksPerSecond
      const now = below.reduce((ticks, pid) => ticks + (ticksOf(pid) ?? 0), own)
      sum += before === undefined ? 0 : Math.max(0, now - before)
      before = now
      return sum / ticksPerSecond
    },
  }
}

/** Linux tells it to programs in this unit on every processor. */
const ticksPerSecond = 100

/** Its own time and that of the children that it has waited for (proc(5), fields 14 to 17 of stat). */
function ticksOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0)
}

function descendants(root: number): readonly number[] {
  const found = childrenOf(root)
  // Grows while it is walked.
  for (const pid of found) found.push(...childrenOf(pid))
  return found
}

/** Children belong to the thread that made them. */
function childrenOf(pid: number): number[] {
  const threads = ifThere(() => readdirSync(`/proc/${pid}/task`)) ?? []
  return threads.flatMap(thread =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  )
}

/** In kB: memory that no file stands behind, shared memory, what of it is swapped out, and the page tables. */
const counted = /^(?:RssAnon|RssShmem|VmPTE|VmSwap):\s+(\d+) kB$/gm

function ownBytes(pid: number): number {
  let kilobytes = 0
  for (const [, number] of (read(`/proc/${pid}/status`) ?? '').matchAll(counted)) kilobytes += Number(number)
  return kilobytes * 1024
}

/** The second number of /proc/PID/statm, read again from its start. */
function residentPages(statm: number, buffer: Buffer): number {
  const length = ifThere(() => readSync(statm, buffer, 0, buffer.length, 0)) ?? 0
  return Number(buffer.toString('latin1', 0, length).split(' ')[1] ?? 0)
}

/** Bytes of a page of memory, which Node does not tell: our size in kB by our size in pages, to the next power of two. */
function pageBytes(): number {
  const kilobytes = Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1])
  const pages = Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[0])
  return 2 ** Math.round(Math.log2((kilobytes * 1024) / pages))
}

const read = (file: string): string | undefined => ifThere(() => readFileSync(file, 'latin1'))

/** A process that ends between two looks, or that may not be looked at; and a moment without a descriptor or memory to look by. */
const unseen: readonly string[] = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']

/** Nobody could catch what a look throws, and the next one comes soon. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (unseen.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
