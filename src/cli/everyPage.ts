/** All items of a list that answers in pages. */
export async function everyPage<T>(
  page: (cursor: {
    readonly cursor?: string
  }) => Promise<{ readonly items: readonly T[]; readonly nextCursor?: string }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const next = await page(cursor === undefined ? {} : { cursor })
    items.push(...next.items)
    cursor = next.nextCursor
  } while (cursor !== undefined)
  return items
}
