/** How often the wall clock is looked at, at least: a jump or the end of a suspend is noticed this soon. */
const lookMilliseconds = 2000

/** Wall and steady clock may drift this far apart between two looks before it counts as a jump. */
const jumpMilliseconds = 1000

/** The wall clock was set, or the machine slept. */
export interface ClockJump {
  /** How far the wall clock went beyond the time that passed; negative when it was set back. */
  readonly milliseconds: number
  /** The wall clock after the jump, epoch milliseconds. */
  readonly at: number
}

/** The clocks to read; a test gives its own. */
export interface ClockSources {
  /** Epoch milliseconds. */
  readonly wall: () => number
  /** Milliseconds that never jump. */
  readonly steady: () => number
}

/** The machine's clock with one timer for all who wait. Dispose to stop it. */
export interface SystemClock extends Disposable {
  now(): number
  callAt(at: number, callback: () => void): Disposable
  callAfter(milliseconds: number, callback: () => void): Disposable
}

interface Waiting {
  readonly at: number
  readonly callback: () => void
}

const machine: ClockSources = { wall: Date.now, steady: () => performance.now() }

/** Starts the clock. `onJump` is told before the callbacks that have come due by the jump. */
export function createSystemClock(
  onJump: (jump: ClockJump) => void = () => undefined,
  sources: ClockSources = machine,
): SystemClock {
  const waiting = new Set<Waiting>()
  let timer: NodeJS.Timeout | undefined
  let timerAt = Infinity
  const timers = new Set<NodeJS.Timeout>()
  let stopped = false
  let last = { wall: sources.wall(), steady: sources.steady() }

  const arm = (): void => {
    clearTimeout(timer)
    if (stopped) return
    const now = sources.wall()
    let next = now + lookMilliseconds
    for (const entry of waiting) next = Math.min(next, entry.at)
    timerAt = next
    timer = setTimeout(look, Math.max(0, next - now))
    // Looking for jumps alone keeps no process alive.
    if (waiting.size === 0) timer.unref()
  }
  const look = (): void => {
    const jump = takeJump()
    try {
      if (jump) onJump(jump)
      const now = sources.wall()
      const due = [...waiting].filter(entry => entry.at <= now).sort((a, b) => a.at - b.at)
      for (const entry of due) {
        // An earlier callback may have cancelled it.
        if (waiting.delete(entry)) entry.callback()
      }
    } finally {
      arm()
    }
  }
  const takeJump = (): ClockJump | undefined => {
    const next = { wall: sources.wall(), steady: sources.steady() }
    const milliseconds = Math.round(next.wall - last.wall - (next.steady - last.steady))
    last = next
    return Math.abs(milliseconds) < jumpMilliseconds ? undefined : { milliseconds, at: next.wall }
  }

  arm()
  return {
    now: sources.wall,
    callAt: (at, callback) => {
      const entry = { at, callback }
      waiting.add(entry)
      if (at < timerAt || waiting.size === 1) arm()
      return { [Symbol.dispose]: () => void waiting.delete(entry) }
    },
    callAfter: (milliseconds, callback) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        callback()
      }, milliseconds)
      timers.add(timer)
      return {
        [Symbol.dispose]: () => {
          clearTimeout(timer)
          timers.delete(timer)
        },
      }
    },
    [Symbol.dispose]: () => {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      waiting.clear()
      clearTimeout(timer)
    },
  }
}
