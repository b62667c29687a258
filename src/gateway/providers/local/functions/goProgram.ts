import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HksError } from '../../../../contract/errors.ts'
import type { TargetPlatform } from '../../../domain/targetBuilds.ts'
import { ifThere } from '../../../platform/ifThere.ts'
import { exists } from './codeStore.ts'
import { explainBuild, mainFolder } from './goErrors.ts'
import { writeGoOverlay } from './goOverlay.ts'
import { checkGoPackage, layOut, modulePath, programFolder, readGoHandler } from './goSource.ts'
import type { GoTool } from './goTool.ts'
import { fetchModules, moduleName } from './goModules.ts'
import type { BuildSource, BuildTeller } from './sourceBuilder.ts'

/** Without symbols for a debugger, which are most of a binary; stacks are complete without them. */
export const buildFlags: readonly string[] = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w']
/** The program in a folder to load; `launch` starts it. */
export const programFile = `${programFolder}/function`

/** Imported once to compile them: what functions use most. */
const usualPackages = ['net/http', 'log', 'log/slog', 'html/template', 'crypto/hmac', 'crypto/sha256', 'encoding/csv']

/** A function whose build compiles what most functions need. */
export const usualFunction = `package function

import (
	"${moduleName}"
${usualPackages.map(name => `	_ "${name}"\n`).join('')})

func Handle(_ *hks.Context, event any) (any, error) { return event, nil }
`

/** How a function is compiled. */
export interface GoCompilation {
  readonly pace?: 'idly'
  /** For a pod of this platform: the program then listens for HTTP as well. */
  readonly pod?: TargetPlatform
}

/** Compiles programs around the module `hexabase.io/hks` (`runtimes/go`). */
export interface GoPrograms {
  /**
   * Compiles a function within `staged`, an empty folder; answers the path of the program.
   * @throws HksError INVALID_SOURCE, DEPLOY_FAILED, RUNTIME_MISSING; LoadFailure; `signal.reason`
   */
  compile(
    source: Pick<BuildSource, 'folder' | 'handler'>,
    staged: string,
    signal: AbortSignal,
    tell: BuildTeller,
    how?: GoCompilation,
  ): Promise<string>
  /** Compiles the program that waits for a function to `output`. @throws HksError RUNTIME_MISSING, INTERNAL */
  compileLauncher(output: string, staged: string, signal: AbortSignal): Promise<void>
}

/**
 * Compiles with the go command, whose root is found by its path. `tags` are build tags besides those of every function:
 * `hks_pod` for a program that can be run with `--http`, which one for a pod always has.
 */
export function createGoPrograms(
  go: GoTool,
  moduleFolder: string,
  goPath: () => Promise<string>,
  tags: readonly string[] = [],
): GoPrograms {
  /** All programs are built with the same standard library, so that it is compiled once. */
  const buildTags = async (staged: string, pod?: TargetPlatform): Promise<readonly string[]> => {
    const folder = join(staged, 'overlay')
    await mkdir(folder)
    const goRoot = dirname(dirname(await goPath()))
    const overlay = await writeGoOverlay(goRoot, join(moduleFolder, 'overlay/os.go.txt'), folder)
    const own = pod === undefined ? tags : [...tags, 'hks_pod']
    const all = overlay === undefined ? own : ['hks_function', ...own]
    return [
      ...(overlay === undefined ? [] : ['-overlay', overlay]),
      ...(all.length === 0 ? [] : ['-tags', all.join(',')]),
    ]
  }
  /** A module with the hks module in place of what would be downloaded. */
  const prepareModule = async (folder: string, signal: AbortSignal): Promise<string> => {
    const file = join(folder, 'go.mod')
    if (!(await exists(file))) {
      const [major, minor] = (await go.version()).split('.')
      await writeFile(file, `module function\n\ngo ${major}.${minor}\n`)
    } else {
      // They are copies of what must not be written.
      await chmod(file, 0o600)
      await ifThere(chmod(join(folder, 'go.sum'), 0o600))
    }
    const edits = [`-require=${moduleName}@v0.0.0`, `-replace=${moduleName}=${moduleFolder}`]
    const edited = await go.run(['mod', 'edit', ...edits], folder, signal)
    if (edited.exitCode !== 0) throw explainBuild(edited, '', [])
    return modulePath(await readFile(file, 'utf8')) ?? 'function'
  }
  return {
    compile: async ({ folder, handler }, staged, signal, tell, { pace, pod } = {}) => {
      const exported = await checkGoPackage(folder, handler)
      const work = join(staged, 'work')
      await layOut(folder, work, ['go.mod', 'go.sum'])
      const module = await prepareModule(work, signal)
      await mkdir(join(work, mainFolder))
      await writeFile(join(work, mainFolder, 'main.go'), mainProgram(module, handler))
      const output = join(staged, programFile)
      await mkdir(dirname(output))
      // A go.sum says which modules; without one the checksum database of Go vouches for them.
      const mode = (await exists(join(folder, 'go.sum'))) ? '-mod=readonly' : '-mod=mod'
      const platform = platformVariables(pod)
      await fetchModules(go, { work, mode, program: `./${mainFolder}`, platform }, signal, tell)
      tell.progress({ phase: 'building' })
      const flags = [...buildFlags, mode, ...(await buildTags(staged, pod))]
      const run = { environment: platform, ...(pace !== undefined && { pace }) }
      const built = await go.run(['build', ...flags, '-o', output, `./${mainFolder}`], work, signal, run)
      if (built.exitCode !== 0) throw explainBuild(built, handler, exported)
      return output
    },
    compileLauncher: async (output, staged, signal) => {
      const flags = [...buildFlags, ...(await buildTags(staged))]
      const built = await go.run(['build', '-mod=mod', ...flags, '-o', output, './launch'], moduleFolder, signal)
      if (built.exitCode !== 0)
        throw new HksError('INTERNAL', `The Go runtime can not be built: ${built.stderr.trim()}`)
    },
  }
}

/** Absent for this machine. */
const platformVariables = (platform: TargetPlatform | undefined): Readonly<Record<string, string>> => {
  const [os, architecture] = platform?.split('/') ?? []
  return os === undefined || architecture === undefined ? {} : { GOOS: os, GOARCH: architecture }
}

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
