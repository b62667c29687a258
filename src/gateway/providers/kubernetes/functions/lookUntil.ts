/** Looks at once and after each change of a function until there is a result. @throws `signal.reason` */
export function lookUntil<T>(
  subscribe: (listener: (functionId: string) => void) => Disposable,
  functionId: string,
  look: () => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const check = () => {
    try {
      const found = look()
      if (found !== undefined) resolve(found)
    } catch (error) {
      reject(error)
    }
  }
  const onAbort = () => reject(signal.reason)
  const subscription = subscribe(id => {
    if (id === functionId) check()
  })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  else check()
  return promise.finally(() => {
    subscription[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  })
}
