import { build } from '../esbuild.mjs'
import { packageVsix } from './packageVsix.ts'
import { stage } from './stage.ts'
import { installVscodeHost, reasonAgainstVscodeHost } from './vscodeHost/installVscodeHost.ts'

/** Builds and packages what the tests run, and installs the VS Code they run it in. */
export async function prepareTests(root: string): Promise<void> {
  await stage('build', build)
  process.env['HKS_TEST_VSIX'] = await stage('package', () => packageVsix(root))
  if (reasonAgainstVscodeHost() === undefined) await stage('VS Code', () => installVscodeHost(root, console.log))
}
