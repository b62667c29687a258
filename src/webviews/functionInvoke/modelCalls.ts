import type { Invocation } from '../../contract/invocations.ts'

/** Calls by id, newest first; of two records of one call that of its end stays. */
export function mergeCalls(known: readonly Invocation[], news: readonly Invocation[]): readonly Invocation[] {
  const calls = new Map(known.map(call => [call.id, call]))
  for (const call of news) {
    const before = calls.get(call.id)
    if (before === undefined || before.outcome === 'running') calls.set(call.id, call)
  }
  return [...calls.values()].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? -1 : 1))
}
