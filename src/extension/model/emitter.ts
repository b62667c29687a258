/** What ends a subscription. */
export interface Subscription {
  dispose(): void
}

/** Subscribes a listener; has the shape of VS Code's `Event`. */
export type Listen<T> = (listener: (value: T) => unknown) => Subscription

/** Tells listeners, in the order in which they came. */
export interface Emitter<T> {
  readonly event: Listen<T>
  fire(value: T): void
  /** Forgets all listeners; later ones are never told. */
  dispose(): void
}

/** Makes an emitter: VS Code's own, for code that is tested without VS Code. */
export function createEmitter<T>(): Emitter<T> {
  let listeners: readonly ((value: T) => unknown)[] = []
  let disposed = false
  return {
    event: listener => {
      // Wrapped, so that one function subscribed twice is told twice and forgotten one by one.
      const own = (value: T): unknown => listener(value)
      if (!disposed) listeners = [...listeners, own]
      return {
        dispose: () => {
          listeners = listeners.filter(l => l !== own)
        },
      }
    },
    fire: value => {
      for (const listener of listeners) if (listeners.includes(listener)) listener(value)
    },
    dispose: () => {
      disposed = true
      listeners = []
    },
  }
}
