import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { testCacheFolder } from '../../scripts/testCacheFolder.ts'
import { createSharedScan } from '../../src/gateway/platform/processTable.ts'
import { folderDigest } from '../../src/gateway/providers/local/functions/folderDigest.ts'
import { createGoBuilder } from '../../src/gateway/providers/local/functions/goBuilder.ts'
import { oldestGo } from '../../src/gateway/providers/local/functions/interpreters.ts'

const root = join(import.meta.dirname, '../..')

/** Kept from one run of the tests to the next: what is in it is named by all that it was made of. */
export const goCacheFolder = join(testCacheFolder, 'go')

/** The go command, or why there is none. */
export interface GoOnThisMachine {
  readonly path: string
  readonly version: string
  readonly missing: string | undefined
}

/** Looks where the gateway looks. */
export function findGo(): GoOnThisMachine {
  const usual = '/usr/local/go/bin/go'
  for (const program of ['go', ...(existsSync(usual) ? [usual] : [])]) {
    try {
      const [goRoot = '', version = ''] = execFileSync(program, ['env', 'GOROOT', 'GOVERSION'], {
        encoding: 'utf8',
      }).split('\n')
      const number = version.replace(/^go/, '')
      const [major = 0, minor = 0] = number.split('.').map(Number)
      if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) continue
      return { path: join(goRoot, 'bin/go'), version: number, missing: undefined }
    } catch {
      // Looked for in the next place.
    }
  }
  const missing = `go ≥ ${oldestGo.join('.')} is not installed: sudo apt install golang-go`
  return { path: '', version: '', missing }
}

/** Builds functions for the tests of the runtime, with the gateway's own builder. */
export function createTestBuilder({ path, version }: GoOnThisMachine) {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
  const builderTo = (builds: string, tags: readonly string[]) =>
    createGoBuilder({
      find: async () => ({ path, version, environment: {} }),
      environment: async () => environment,
      cacheFolder: join(goCacheFolder, 'go-build'),
      buildsFolder: join(goCacheFolder, builds),
      moduleFolder: join(root, 'runtimes/go'),
      homeId: randomUUID(),
      newId: randomUUID,
      scan: createSharedScan(),
      tags,
    })
  const builder = builderTo('functions', [])
  const podBuilder = builderTo('pods', ['hks_pod'])
  const { signal } = new AbortController()
  const buildWith = (by: typeof builder) => async (folder: string, handler: string) => {
    const source = { folder, handler, network: 'full' as const, digest: await folderDigest(folder) }
    const built = await by.build(source, signal, { progress: () => undefined, line: () => undefined })
    return built.folder
  }
  return {
    launcher: () => builder.launcher(signal),
    /** The folder to load for a folder with source. */
    build: buildWith(builder),
    /** The same for a pod. */
    buildPod: buildWith(podBuilder),
  }
}
