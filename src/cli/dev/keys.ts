import { createInterface } from 'node:readline'
import type { Context } from '../context.ts'

/** Reads what a person types, a line each: `r` and `q`. Without a terminal nothing is read. */
export function readKeys(
  { out, stdin }: Context,
  act: { readonly again: () => void; readonly quit: () => void },
): Disposable {
  if (!stdin.isTTY || !out.interactive) return { [Symbol.dispose]: () => undefined }
  const lines = createInterface({ input: stdin })
  lines.on('line', line => {
    const key = line.trim().toLowerCase()
    if (key === 'r') act.again()
    if (key === 'q') act.quit()
  })
  return { [Symbol.dispose]: () => lines.close() }
}
