import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { RuntimeCommand } from './runtimeClient.ts'

const root = join(import.meta.dirname, '../..')

/** One runtime that the shared suites run against. */
export interface RuntimeLanguage extends RuntimeCommand {
  readonly name: 'node' | 'python'
  /** Ending of a source file. */
  readonly extension: 'mjs' | 'py'
  readonly defaultHandler: string
  /** Why its tests can't run on this machine; undefined when they can. */
  readonly missing: string | undefined
}

/** Path of the interpreter itself, behind the shims of version managers; empty when it is missing or older than 3.9. */
function findPython(): string {
  const script = 'import sys; print(sys.executable if sys.version_info >= (3, 9) else "")'
  const asked = spawnSync('python3', ['-c', script], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : ''
}

const python = findPython()

/** Both runtimes. The suites are the same for each: one protocol, same bytes. */
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
]

/** Starting an interpreter takes seconds on a machine that is busy with other tests. */
const testTimeoutMs = 60_000

/** A suite for each runtime; one whose interpreter is missing is skipped, with the reason in its title. */
export function describeEachRuntime(title: string, suite: (language: RuntimeLanguage) => void): void {
  for (const language of runtimeLanguages) {
    if (language.missing !== undefined) {
      describe.skip(`${title} (${language.name}; skipped: ${language.missing})`, () => suite(language))
      continue
    }
    describe(`${title} (${language.name})`, function () {
      this.timeout(testTimeoutMs)
      suite(language)
    })
  }
}

/** Folder of the handlers that the suites call. */
export const handlersFolder = join(root, 'test/runtimes/handlers')
