import type { Clock } from '../../domain/clock.ts'

/** Calls back for each key at its time; one timer for all of them. */
export interface Wakeups extends Disposable {
  /** Sets or moves the time of a key (epoch milliseconds); `undefined` removes it. */
  set(key: string, at: number | undefined): void
}

interface Entry {
  readonly key: string
  readonly at: number
}

/** A binary heap by time over one timer of the clock. An entry that was moved stays until its time and is then ignored. */
export function createWakeups(clock: Clock, wake: (key: string, at: number) => void): Wakeups {
  const heap: Entry[] = []
  const current = new Map<string, Entry>()
  let timer: { readonly at: number; readonly handle: Disposable } | undefined

  const arm = () => {
    while (heap[0] && current.get(heap[0].key) !== heap[0]) removeFirst(heap)
    const first = heap[0]
    if (timer?.at === first?.at) return
    timer?.handle[Symbol.dispose]()
    timer = first && { at: first.at, handle: clock.callAt(first.at, fire) }
  }
  const fire = () => {
    timer = undefined
    const now = clock.now()
    const due: Entry[] = []
    while (heap[0] && heap[0].at <= now) {
      const entry = removeFirst(heap)
      if (current.get(entry.key) !== entry) continue
      current.delete(entry.key)
      due.push(entry)
    }
    arm()
    for (const { key, at } of due) wake(key, at)
  }
  return {
    set: (key, at) => {
      if (at === undefined) current.delete(key)
      else if (current.get(key)?.at !== at) {
        const entry = { key, at }
        current.set(key, entry)
        insert(heap, entry)
      }
      arm()
    },
    [Symbol.dispose]: () => {
      timer?.handle[Symbol.dispose]()
      timer = undefined
      heap.length = 0
      current.clear()
    },
  }
}

function insert(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]!.at <= entry.at) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = entry
}

function removeFirst(heap: Entry[]): Entry {
  const first = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1
    if (heap[child]!.at >= last.at) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return first
}
