import { totalmem } from 'node:os'

/** Below this share of its memory a machine begins to swap, or to end processes. */
const smallestShare = 0.1

/** Whether programs could soon miss memory, within the limit of a container where there is one. */
export function isMemoryShort(): boolean {
  // 0 without a limit.
  const limit = process.constrainedMemory()
  const all = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return process.availableMemory() < all * smallestShare
}
