import { build } from '../../esbuild.mjs'

/** Brings `dist/` up to date; nothing to do within `npm test`, which has built it. */
export async function ensureBuilt(): Promise<void> {
  if (process.env['HKS_TEST_VSIX'] === undefined) await build()
}
