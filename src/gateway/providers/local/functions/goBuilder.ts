import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createKeyedQueue } from '../../../../base/queue.ts'
import { HksError } from '../../../../contract/errors.ts'
import { exists, moveInto, removeFolder } from './codeStore.ts'
import { folderDigest } from './folderDigest.ts'
import { explainBuild, mainFolder } from './goErrors.ts'
import { writeGoOverlay } from './goOverlay.ts'
import { checkGoPackage, layOut, modulePath, programFolder, readGoHandler } from './goSource.ts'
import { createGoTool, type GoToolOptions } from './goTool.ts'
import type { BuildSource, SourceBuilder } from './sourceBuilder.ts'

/** What building needs besides the go command. */
export interface GoBuilderOptions extends GoToolOptions {
  /** Folder for what was built; nothing else is in it. */
  readonly buildsFolder: string
  /** The module `hexabase.io/hks` (`runtimes/go`). */
  readonly moduleFolder: string
}

/** Builds functions in Go, and the program that waits for one of them. */
export interface GoBuilder extends SourceBuilder {
  /** Path of the program that is started before it is known which function it will run; builds it when it is not there. */
  launcher(signal: AbortSignal): Promise<string>
}

/** The program in a folder to load; `launch` starts it. */
const programFile = `${programFolder}/function`
const unfinished = '.unfinished-'
const launcherName = 'launch'
const moduleName = 'hexabase.io/hks'
/** Without symbols for a debugger, which are most of a binary; stacks are complete without them. */
const buildFlags = ['-trimpath', '-buildvcs=false', '-mod=mod', '-ldflags', '-s -w']
/** Imported once to compile them: what functions use most. */
const usualPackages = ['net/http', 'log', 'log/slog', 'html/template', 'crypto/hmac', 'crypto/sha256', 'encoding/csv']

/** Keeps what it built in folders named by source, handler, runtime, Go version and platform. */
export function createGoBuilder(options: GoBuilderOptions): GoBuilder {
  const { buildsFolder, moduleFolder, newId } = options
  const go = createGoTool(options)
  const turns = createKeyedQueue()
  const stopping = new AbortController()
  let warming: Promise<void> | undefined
  let moduleDigest: Promise<string> | undefined

  const keyOf = async (...parts: readonly string[]) => {
    moduleDigest ??= folderDigest(moduleFolder)
    const all = [await moduleDigest, await go.version(), process.platform, process.arch, ...buildFlags, ...parts]
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, keyLength)
  }
  /** Builds into a new folder and moves it to its place; `target` is there already or afterwards. */
  const once = (target: string, work: (staged: string) => Promise<string>): Promise<void> =>
    turns.add(target, async () => {
      if (await exists(target)) return
      const staged = join(buildsFolder, unfinished + newId())
      try {
        await mkdir(staged, { recursive: true, mode: 0o700 })
        await moveInto(await work(staged), target)
      } finally {
        await removeFolder(staged)
      }
    })
  /** A module with the hks module in place of what would be downloaded. */
  const prepareModule = async (folder: string, signal: AbortSignal): Promise<string> => {
    const file = join(folder, 'go.mod')
    if (!(await exists(file))) {
      const [major, minor] = (await go.version()).split('.')
      await writeFile(file, `module function\n\ngo ${major}.${minor}\n`)
    } else {
      await chmod(file, 0o600)
      await chmod(join(folder, 'go.sum'), 0o600).catch(() => undefined)
    }
    const edits = [`-require=${moduleName}@v0.0.0`, `-replace=${moduleName}=${moduleFolder}`]
    const edited = await go.run(['mod', 'edit', ...edits], folder, signal)
    if (edited.exitCode !== 0) throw explainBuild(edited, '', [])
    return modulePath(await readFile(file, 'utf8')) ?? 'function'
  }
  const compile = async (
    { folder, handler }: Pick<BuildSource, 'folder' | 'handler'>,
    staged: string,
    signal: AbortSignal,
    pace?: 'idly',
  ) => {
    const exported = await checkGoPackage(folder, handler)
    const work = join(staged, 'work')
    await layOut(folder, work, ['go.mod', 'go.sum'])
    const module = await prepareModule(work, signal)
    await mkdir(join(work, mainFolder))
    await writeFile(join(work, mainFolder, 'main.go'), mainProgram(module, handler))
    const overlay = await overlayFlags(staged)
    const output = join(staged, programFile)
    await mkdir(dirname(output))
    const built = await go.run(
      ['build', ...buildFlags, ...overlay, '-o', output, `./${mainFolder}`],
      work,
      signal,
      pace,
    )
    if (built.exitCode !== 0) throw explainBuild(built, handler, exported)
    return output
  }
  /** All programs are built with the same standard library, so that it is compiled once. */
  const overlayFlags = async (staged: string): Promise<readonly string[]> => {
    const folder = join(staged, 'overlay')
    await mkdir(folder)
    const { path } = await options.find()
    const overlay = await writeGoOverlay(dirname(dirname(path)), join(moduleFolder, 'overlay/os.go.txt'), folder)
    return overlay === undefined ? [] : ['-overlay', overlay, '-tags', 'hks_function']
  }
  const launcher = async (signal: AbortSignal): Promise<string> => {
    const folderName = `${launcherName}-${await keyOf(launcherName)}`
    const target = join(buildsFolder, folderName)
    await once(target, async staged => {
      const folder = join(staged, launcherName)
      const output = join(folder, launcherName)
      const flags = [...buildFlags, ...(await overlayFlags(staged))]
      const built = await go.run(['build', ...flags, '-o', output, './launch'], moduleFolder, signal)
      if (built.exitCode !== 0)
        throw new HksError('INTERNAL', `The Go runtime can not be built: ${built.stderr.trim()}`)
      return folder
    })
    return join(target, launcherName)
  }
  const warmUp = async () => {
    const { signal } = stopping
    await launcher(signal)
    const staged = join(buildsFolder, unfinished + newId())
    const folder = join(staged, 'source')
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, 'function.go'), usualProgram)
      // The cache is what is wanted.
      await compile({ folder, handler: 'Handle' }, staged, signal, 'idly')
    } finally {
      await removeFolder(staged)
    }
  }

  return {
    launcher,
    build: async (source, signal, onBuild) => {
      const target = join(buildsFolder, `${source.digest}-${await keyOf(source.handler)}`)
      if (await exists(target)) return target
      onBuild()
      await once(target, async staged => {
        const program = await compile(source, staged, signal)
        const folder = join(staged, 'folder')
        await layOut(source.folder, folder)
        await mkdir(dirname(join(folder, programFile)), { recursive: true })
        await layOut(dirname(program), dirname(join(folder, programFile)))
        await seal(folder)
        return folder
      })
      // Not when a process is started, which has a time limit.
      await launcher(signal)
      return target
    },
    keepOnly: async digests => {
      for (const name of await readdir(buildsFolder).catch(() => [])) {
        const [source = ''] = name.split('-')
        if (source !== launcherName && !digests.has(source)) await removeFolder(join(buildsFolder, name))
      }
    },
    remove: async digest => {
      for (const name of await readdir(buildsFolder).catch(() => [])) {
        if (name.startsWith(`${digest}-`)) await removeFolder(join(buildsFolder, name))
      }
    },
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

const keyLength = 16

function mainProgram(module: string, handler: string): string {
  const { folder, name } = readGoHandler(handler)
  const path = folder === '' ? module : `${module}/${folder}`
  return `// Code generated by Hexabase HKS. DO NOT EDIT.

package main

import (
	function ${JSON.stringify(path)}
	"${moduleName}"
)

func main() { hks.Serve(${JSON.stringify(module)}, function.${name}) }
`
}

const usualProgram = `package function

import (
	"${moduleName}"
${usualPackages.map(name => `	_ "${name}"\n`).join('')})

func Handle(_ *hks.Context, event any) (any, error) { return event, nil }
`

/** Nothing is written into the folder of a function. */
async function seal(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await seal(join(folder, entry.name))
  }
  await chmod(folder, 0o555)
}
