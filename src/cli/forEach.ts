import { HksError } from '../contract/errors.ts'
import { asHksError } from './asHksError.ts'
import type { Context } from './context.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** What is done to each of several. */
export interface Work<Item, T> {
  /** What they are, such as `CronJobs`. */
  readonly plural: string
  /** Of a failure: "not suspended". */
  readonly undone: string
  readonly act: (item: Item) => Promise<T>
  /** One line that says what was done. */
  readonly text: (result: T, item: Item) => string
}

/**
 * Does something to each, one after the other; one that fails keeps no other from it. Of one alone the answer is its
 * result, of several `{items}` with a result or an error each.
 * @throws HksError that of the only one, else one with the code of the first failure that names all of them
 */
export async function forEach<Item extends Named, T>(
  context: Context,
  all: readonly Item[],
  work: Work<Item, T>,
): Promise<void> {
  const { out, signal } = context
  const [only] = all
  if (only !== undefined && all.length === 1) {
    const result = await work.act(only)
    return out.result(result, () => work.text(result, only))
  }
  const items: { readonly id: string; readonly name: string; readonly result?: T; readonly error?: object }[] = []
  const lines: string[] = []
  const failures: { readonly name: string; readonly error: HksError }[] = []
  for (const item of all) {
    const { id, name } = item
    try {
      signal.throwIfAborted()
      const result = await work.act(item)
      items.push({ id, name, result })
      lines.push(work.text(result, item))
    } catch (cause) {
      const error = asHksError(cause)
      items.push({ id, name, error: { error: error.message, code: error.code, hint: error.hint } })
      failures.push({ name, error })
    }
  }
  if (out.format === 'json' || lines.length > 0) out.result({ items }, () => lines.join('\n'))
  const [first] = failures
  if (first === undefined) return
  const hints = new Set(failures.flatMap(({ error }) => error.hint ?? []))
  const each = failures.map(({ name, error }) => `${name}: ${error.message}`).join('\n')
  throw new HksError(
    first.error.code,
    `${failures.length} of ${all.length} ${work.plural} were ${work.undone}.\n${each}`,
    {
      details: { failed: failures.map(({ name }) => name) },
      ...(hints.size === 1 ? { hint: [...hints][0]! } : {}),
      cause: first.error,
    },
  )
}
