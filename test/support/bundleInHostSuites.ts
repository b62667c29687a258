import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import esbuild from 'esbuild'
import { artifacts, root } from './vscodeHost.ts'

/**
 * Bundles `test/vscode/suites/*.test.ts` into one CommonJS module that exports `run()`, as VS Code wants it, and
 * answers its path.
 */
export async function bundleInHostSuites(): Promise<string> {
  const folder = join(root, 'test/vscode/suites')
  const suites = (await readdir(folder)).filter(file => file.endsWith('.test.ts')).sort()
  const outfile = join(artifacts, 'suites.cjs')
  await esbuild.build({
    stdin: {
      contents: [
        "import { runSuites } from './runSuites.ts'",
        `export const run = () => runSuites(() => { ${suites.map(s => `require('./${s}')`).join('; ')} })`,
      ].join('\n'),
      resolveDir: folder,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.19',
    // Found in the repository's node_modules, as the bundle lies below its root.
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return outfile
}
