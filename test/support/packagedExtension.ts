import { build } from '../../esbuild.mjs'
import { packageVsix } from '../../scripts/packageVsix.ts'
import { root } from './vscodeHost.ts'

/** The `.vsix` of the present source: the one that `npm test` has packed, or one packed now. */
export async function packagedExtension(): Promise<string> {
  const packed = process.env['HKS_TEST_VSIX']
  if (packed !== undefined) return packed
  await build()
  return packageVsix(root)
}
