import { HksError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output/output.ts'
import { printLogs } from '../printLogs.ts'

/** Prints the log of the function that is being reloaded. */
export interface LogFollower {
  /** Follows this function, from the beginning of the session on; nothing to do when it does already. */
  follow(functionId: string): void
  /** Resolves when nothing is printed any more, after the context's signal has aborted. */
  ended(): Promise<void>
}

/** Follows until the context's signal aborts; `onFailure` gets what ends it earlier. */
export function createLogFollower(context: Context, onFailure: (error: unknown) => void): LogFollower {
  const since = context.now()
  const own = { ...context, out: marked(context.out) }
  let following: string | undefined
  let printing = Promise.resolve()

  const print = async (id: string) => {
    try {
      // The next save starts a gateway that is gone.
      await printLogs(own, { kind: 'function', id }, { follow: true, since }, 'waitOn')
    } catch (error) {
      if (context.signal.aborted) return
      // Somebody deleted the function. The next save makes another, which is followed then.
      if (error instanceof HksError && error.code === 'NOT_FOUND') return
      onFailure(error)
    } finally {
      if (following === id) following = undefined
    }
  }
  return {
    follow: id => {
      if (following === id) return
      following = id
      printing = print(id)
    },
    ended: () => printing,
  }
}

/** Lines of the log among other records say what they are. */
const marked = (out: Output): Output => ({
  ...out,
  record: (value, text) => out.record({ type: 'log', ...(value as object) }, text),
})
