import { readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

/** The largest `.vsix` we ship, in bytes. */
export const vsixLimit = 3_000_000

/** Packs what `dist/` holds into `<name>-<version>.vsix` in the repository's root and answers its path. */
export async function packageVsix(root: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, string>
  const vsix = join(root, `${name}-${version}.vsix`)
  const part = `${vsix}.${process.pid}.part`
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce')
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--skip-license']
  try {
    await run(process.execPath, [vsce, 'package', ...options, '--out', part], { cwd: root })
    const { size } = await stat(part)
    if (size >= vsixLimit)
      throw new Error(`The package has ${size} bytes; it must stay below ${vsixLimit}. See .vscodeignore.`)
    await rename(part, vsix)
  } finally {
    await rm(part, { force: true })
  }
  return vsix
}
