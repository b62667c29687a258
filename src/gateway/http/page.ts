import type { PageOf } from '../../contract/common.ts'
import { HksError } from '../../contract/errors.ts'

/** One page of a list that is wholly in memory; the cursor is the key of the last item. */
export function pageOf<T>(
  items: readonly T[],
  query: { readonly limit?: number; readonly cursor?: string },
  key: (item: T) => string,
): PageOf<T> {
  const { limit = 100, cursor } = query
  const start = cursor === undefined ? 0 : items.findIndex(item => key(item) === cursor) + 1
  if (cursor !== undefined && start === 0) {
    throw new HksError('INVALID_REQUEST', `cursor: "${cursor}" is not known any more.`, {
      details: { field: 'cursor', value: cursor },
      hint: 'Ask for the first page again.',
    })
  }
  const page = items.slice(start, start + limit)
  const last = page.at(-1)
  return start + limit < items.length && last !== undefined ? { items: page, nextCursor: key(last) } : { items: page }
}
