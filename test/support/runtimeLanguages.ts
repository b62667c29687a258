import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { programFile } from '../../src/gateway/providers/local/functions/goProgram.ts'
import { createTestBuilder, findGo } from './goRuntime.ts'
import type { Answer, LoadOptions, RuntimeClient, RuntimeCommand } from './runtimeClient.ts'

const root = join(import.meta.dirname, '../..')

/** One runtime that the shared suites run against. */
export interface RuntimeLanguage extends RuntimeCommand {
  readonly name: 'node' | 'python' | 'go'
  /** Ending of a source file. */
  readonly extension: 'mjs' | 'py' | 'go'
  readonly defaultHandler: string
  /** Why its tests can't run on this machine; undefined when they can. */
  readonly missing: string | undefined
  /** Makes what `command` names, where that is not there from the beginning. */
  readonly prepare?: () => Promise<void>
  /** The folder to load for a folder with source, where the runtime does not load the source itself. */
  readonly build?: (folder: string, handler: string) => Promise<string>
  /** The program of a pod, in front of `--http`, for a folder with source; by default the runtime's own. */
  readonly buildPod?: (folder: string, handler: string) => Promise<PodProgram>
}

/** What runs in a pod: a program, and the folder that it is given. */
export interface PodProgram extends RuntimeCommand {
  readonly dir: string
}

/** Path of the interpreter itself, behind the shims of version managers; empty when it is missing or older than 3.9. */
function findPython(): string {
  const script = 'import sys; print(sys.executable if sys.version_info >= (3, 9) else "")'
  const asked = spawnSync('python3', ['-c', script], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : ''
}

const python = findPython()

const go = findGo()
const goBuilder = createTestBuilder(go)
let goLauncher = ''

/** All runtimes. The suites are the same for each: one protocol, same bytes. */
const runtimeLanguages: readonly RuntimeLanguage[] = [
  {
    name: 'node',
    extension: 'mjs',
    defaultHandler: 'index.handler',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', join(root, 'runtimes/node/main.mjs')],
    missing: undefined,
  },
  {
    name: 'python',
    extension: 'py',
    defaultHandler: 'main.handler',
    command: python,
    args: ['-IB', join(root, 'runtimes/python/main.py')],
    missing: python === '' ? 'python3 ≥ 3.9 is not installed: sudo apt install python3' : undefined,
  },
  {
    name: 'go',
    extension: 'go',
    defaultHandler: 'Handle',
    get command() {
      return goLauncher
    },
    args: [],
    missing: go.missing,
    prepare: async () => {
      goLauncher = await goBuilder.launcher()
    },
    build: goBuilder.build,
    buildPod: async (folder, handler) => {
      const dir = await goBuilder.buildPod(folder, handler)
      return { command: join(dir, programFile), args: [], dir }
    },
  },
]

/** The go command that the tests use. */
export const goCommand = go.path

/** Starting an interpreter takes seconds on a machine that is busy with other tests; a first build a minute. */
const testTimeoutMs = 60_000
const prepareTimeoutMs = 300_000

/** The languages whose runtime loads the source itself; in Go it is built before. */
export const loadedLanguages = ['node', 'python'] as const

/** A suite for each runtime; one whose interpreter is missing is skipped, with the reason in its title. */
export function describeEachRuntime(title: string, suite: (language: RuntimeLanguage) => void): void {
  describeRuntimes(['node', 'python', 'go'], title, suite)
}

/** The same for those that are named. */
export function describeRuntimes<Name extends RuntimeLanguage['name']>(
  names: readonly Name[],
  title: string,
  suite: (language: RuntimeLanguage & { readonly name: Name }) => void,
): void {
  const isMeant = (language: RuntimeLanguage): language is RuntimeLanguage & { readonly name: Name } =>
    names.some(name => name === language.name)
  for (const language of runtimeLanguages.filter(isMeant)) {
    if (language.missing !== undefined) {
      describe.skip(`${title} (${language.name}; skipped: ${language.missing})`, () => suite(language))
      continue
    }
    describe(`${title} (${language.name})`, function () {
      this.timeout(testTimeoutMs)
      if (language.prepare) {
        before(async function () {
          this.timeout(prepareTimeoutMs)
          await language.prepare!()
        })
      }
      suite(language)
    })
  }
}

const handlersFolder = join(root, 'test/runtimes/handlers')

/** The handler that the suites call (`test/runtimes/handlers`), as a runtime loads it. */
export async function routesOf({
  build,
}: RuntimeLanguage): Promise<{ readonly dir: string; readonly handler: string }> {
  if (!build) return { dir: handlersFolder, handler: 'routes.handler' }
  return { dir: await build(handlersFolder, 'Handle'), handler: 'Handle' }
}

/** Loads that handler. */
export async function loadRoutes(
  runtime: RuntimeClient,
  language: RuntimeLanguage,
  options?: LoadOptions,
): Promise<Answer> {
  const { dir, handler } = await routesOf(language)
  return runtime.load(dir, handler, options)
}

/** A language with what a pod runs. */
export type PodLanguage = RuntimeLanguage & {
  /** The program for a folder with source. */
  readonly podOf: (folder: string) => Promise<PodProgram>
  /** The program with the handler that the suites call. */
  readonly pod: () => Promise<PodProgram & { readonly handler: string }>
}

/** A suite for each runtime that can be run in a pod. */
export function describePods(title: string, suite: (language: PodLanguage) => void): void {
  describeRuntimes(['node', 'python', 'go'], title, language => {
    const pod = withPod(language)
    if (language.buildPod) {
      before(async function () {
        this.timeout(prepareTimeoutMs)
        await pod.pod()
      })
    }
    suite(pod)
  })
}

function withPod(language: RuntimeLanguage): PodLanguage {
  const { args, defaultHandler, buildPod } = language
  const podOf = async (dir: string) =>
    buildPod ? buildPod(dir, defaultHandler) : { command: language.command, args, dir }
  return Object.assign(Object.create(language) as RuntimeLanguage, {
    podOf,
    pod: async () => ({ ...(await podOf(handlersFolder)), handler: buildPod ? defaultHandler : 'routes.handler' }),
  })
}
