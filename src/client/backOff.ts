/** Waits before a new try: doubling from `first` to `most` milliseconds, each with up to half of it at random. */
export function createBackOff(first = 200, most = 10_000) {
  let next = first
  return {
    /** After a success the next failure waits `first` again. */
    reset: () => {
      next = first
    },
    /** Resolves after the wait, or at once when the signal aborts. */
    wait: (signal?: AbortSignal) => {
      const milliseconds = next / 2 + (Math.random() * next) / 2
      next = Math.min(next * 2, most)
      return new Promise<void>(resolve => {
        if (signal?.aborted) return resolve()
        const timer = setTimeout(done, milliseconds)
        function done() {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        signal?.addEventListener('abort', done, { once: true })
      })
    },
  }
}
