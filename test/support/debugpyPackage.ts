import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** The one that the tests were written with. */
const version = '1.8.22'

/** The folder of the package debugpy for the python of this machine, installed once; or why there is none. */
export async function debugpyPackage(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const asked = spawnSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' })
  if (asked.status !== 0) return { missing: 'python3 is not installed: sudo apt install python3' }
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hexabase-hks-test')
  const folder = join(cache, `debugpy-${version}-python${asked.stdout.trim()}`)
  if (existsSync(folder)) return { path: join(folder, 'debugpy') }
  await mkdir(cache, { recursive: true })
  const part = await mkdtemp(join(cache, '.part-'))
  const options = ['--quiet', '--no-deps', '--disable-pip-version-check', '--target', part]
  try {
    await run('python3', ['-m', 'pip', 'install', ...options, `debugpy==${version}`])
    await rename(part, folder).catch(error => {
      // Another process was faster; what it installed is the same.
      if (!existsSync(folder)) throw error
    })
    return { path: join(folder, 'debugpy') }
  } catch (error) {
    return { missing: `debugpy could not be installed: ${String((error as Error).message).split('\n')[0]}` }
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}
