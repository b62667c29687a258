import type { Function, TrafficUpdate } from '../contract/functions.ts'

type Share = TrafficUpdate['items'][number]

/**
 * The shares with the tags that revisions have: who divides calls anew does not mean to take addresses away. An empty tag
 * takes that of its revision away.
 */
export function keepTags({ revisions }: Pick<Function, 'revisions'>, shares: readonly Share[]): Share[] {
  const given = new Set(shares.map(({ tag }) => tag))
  const kept = new Map<number, string>()
  for (const { number, tag } of revisions) if (tag !== undefined && !given.has(tag)) kept.set(number, tag)
  const named = shares.map(({ revision, percent, tag = kept.get(revision) }) => ({
    ...{ revision, percent },
    ...(tag ? { tag } : {}),
  }))
  const others = [...kept].filter(([number]) => shares.every(({ revision }) => revision !== number))
  return [...named, ...others.map(([revision, tag]) => ({ revision, percent: 0, tag }))]
}
