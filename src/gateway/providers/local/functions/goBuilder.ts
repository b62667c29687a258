import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HksError } from '../../../../contract/errors.ts'
import { createBuiltFolders } from './builtFolders.ts'
import { exists } from './codeStore.ts'
import { folderDigest } from './folderDigest.ts'
import { buildFlags, createGoPrograms, type GoPrograms, programFile, usualFunction } from './goProgram.ts'
import { layOut } from './goSource.ts'
import { createGoTool, type GoToolOptions } from './goTool.ts'
import type { SourceBuilder } from './sourceBuilder.ts'

/** What building needs besides the go command. */
export interface GoBuilderOptions extends GoToolOptions {
  /** Folder for what was built; nothing else is in it. */
  readonly buildsFolder: string
  /** The module `hexabase.io/hks` (`runtimes/go`). */
  readonly moduleFolder: string
  /** See `createGoPrograms`. */
  readonly tags?: readonly string[]
}

/** Builds functions in Go, and the program that waits for one of them. */
export interface GoBuilder extends SourceBuilder {
  /** Path of the program that is started before it is known which function it will run; builds it when it is not there. */
  launcher(signal: AbortSignal): Promise<string>
  readonly programs: GoPrograms
}

const launcherName = 'launch'
const keyLength = 16
/** Nobody waits for what is built ahead. */
const unheard = { progress: () => undefined, line: () => undefined }

/** Keeps what it built in folders named by source, handler, runtime, Go version and platform. */
export function createGoBuilder(options: GoBuilderOptions): GoBuilder {
  const { buildsFolder, moduleFolder, newId, tags = [] } = options
  const go = createGoTool(options)
  const programs = createGoPrograms(go, moduleFolder, async () => (await options.find()).path, tags)
  const builds = createBuiltFolders(buildsFolder, newId)
  const stopping = new AbortController()
  let warming: Promise<void> | undefined
  let moduleDigest: Promise<string> | undefined

  const keyOf = async (...parts: readonly string[]) => {
    moduleDigest ??= folderDigest(moduleFolder)
    const all = [
      await moduleDigest,
      await go.version(),
      process.platform,
      process.arch,
      ...buildFlags,
      ...tags,
      ...parts,
    ]
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, keyLength)
  }
  const launcher = async (signal: AbortSignal): Promise<string> => {
    const name = `${launcherName}-${await keyOf(launcherName)}`
    await builds.once(name, signal, async staged => {
      const folder = join(staged, launcherName)
      await programs.compileLauncher(join(folder, launcherName), staged, signal)
      return folder
    })
    return join(builds.path(name), launcherName)
  }
  const warmUp = async () => {
    const { signal } = stopping
    await launcher(signal)
    await builds.scratch(async staged => {
      const folder = join(staged, 'source')
      await mkdir(folder)
      await writeFile(join(folder, 'function.go'), usualFunction)
      // The cache is what is wanted.
      await programs.compile({ folder, handler: 'Handle' }, staged, signal, unheard, { pace: 'idly' })
    })
  }

  return {
    launcher,
    programs,
    build: async (source, signal, tell) => {
      const name = `${source.digest}-${await keyOf(source.handler)}`
      const target = builds.path(name)
      if (await exists(target)) return { folder: target }
      await builds.once(name, signal, async staged => {
        const program = await programs.compile(source, staged, signal, tell)
        const folder = join(staged, 'folder')
        await layOut(source.folder, folder)
        await mkdir(dirname(join(folder, programFile)), { recursive: true })
        await layOut(dirname(program), dirname(join(folder, programFile)))
        return folder
      })
      // Not when a process is started, which has a time limit.
      await launcher(signal)
      return { folder: target }
    },
    keepOnly: digests =>
      builds.keepOnly(name => {
        const [source = ''] = name.split('-')
        return source === launcherName || digests.has(source)
      }),
    remove: digest => builds.keepOnly(name => !name.startsWith(`${digest}-`)),
    warm: () => {
      warming ??= warmUp().finally(() => {
        warming = undefined
      })
      return warming
    },
    stop: async () => {
      stopping.abort(new HksError('GATEWAY_DRAINING', 'The gateway is about to stop.'))
      await warming?.catch(() => undefined)
    },
  }
}
