import { randomUUID } from 'node:crypto'

/**
 * A new UUID that begins with a time (version 7, RFC 9562): records that are made one after the other stand side by side
 * in an index, so that writing many of them touches few of its pages. `now` is in epoch milliseconds.
 */
export function timeOrderedId(now: number): string {
  const time = Math.max(0, Math.trunc(now)).toString(16).padStart(12, '0').slice(-12)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
