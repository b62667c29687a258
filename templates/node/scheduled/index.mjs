/**
 * Does one batch of work per call. The payload may name the items: {"items": ["a", "b"]}.
 * Work that was not finished is reported, so that the next run can take it up; doing an item twice must be harmless.
 */
export async function handler(event, context) {
  const items = event?.items ?? (await findItems())
  const reserve = Number(process.env.RESERVE_MS ?? 2000)
  const done = []
  for (const item of items) {
    // The signal says that the call was given up; after that nobody reads the answer.
    if (context.signal.aborted || Date.now() > context.deadline - reserve) break
    await work(item, context.signal)
    done.push(item)
    console.log(`${done.length} of ${items.length}: ${item}`)
  }
  return { done: done.length, left: items.slice(done.length) }
}

/** Your own: what is there to do. */
async function findItems() {
  return ['reports', 'invoices', 'old-sessions']
}

/** Your own: do one item. Pass the signal on to fetch and to timers, so that they stop too. */
async function work(_item, signal) {
  signal.throwIfAborted()
}
