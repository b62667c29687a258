import { randomFillSync } from 'node:crypto'

const randomBytes = 10
/** Random bytes of many ids, taken from the system at once. */
const pool = Buffer.alloc(512 * randomBytes)
let used = pool.length

/**
 * A new UUID that begins with a time (version 7, RFC 9562): records that are made one after the other stand side by side
 * in an index, so that writing many of them touches few of its pages. `now` is in epoch milliseconds.
 */
export function timeOrderedId(now: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  pool[used] = 0x70 | (pool[used]! & 0x0f)
  pool[used + 2] = 0x80 | (pool[used + 2]! & 0x3f)
  const random = pool.toString('hex', used, (used += randomBytes))
  const time = Math.max(0, Math.trunc(now)).toString(16).padStart(12, '0').slice(-12)
  return `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`
}
