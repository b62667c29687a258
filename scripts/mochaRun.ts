/**
 * Runs every test in one mocha and leaves what it counted in a file:
 *
 *   node scripts/mochaRun.ts RESULTS.json [GREP]
 */
import { globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import Mocha from 'mocha'

/** What one run came to. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** The full titles of the tests that did not run; each carries its reason. */
  readonly skipped: readonly string[]
}

/** Suites that another test runs elsewhere: inside VS Code, or against a cluster. */
const elsewhere = ['test/vscode/suites/**', 'test/vscode-host/**', 'test/cluster/**']

const root = resolve(import.meta.dirname, '..')
const [results, grep] = process.argv.slice(2)
if (results === undefined) throw new Error('usage: node scripts/mochaRun.ts RESULTS.json [GREP]')

const files = globSync('test/**/*.test.ts', { cwd: root, exclude: elsewhere })
const mocha = new Mocha({ timeout: 10_000, forbidOnly: true, ...(grep === undefined ? {} : { grep }) })
for (const file of files.sort()) mocha.addFile(resolve(root, file))
await mocha.loadFilesAsync()

let passed = 0
let failed = 0
const skipped: string[] = []
await new Promise<void>(done => {
  mocha
    .run(() => done())
    .on('pass', () => passed++)
    .on('fail', () => failed++)
    .on('pending', test => skipped.push(test.fullTitle()))
})
await writeFile(results, JSON.stringify({ passed, failed, skipped } satisfies TestCounts))
process.exitCode = failed === 0 ? 0 : 1

// Whatever keeps this process alive now was started by a test and not stopped.
setTimeout(() => {
  console.error(`The tests have ended, but these still run: ${process.getActiveResourcesInfo().join(', ')}`)
  process.exit()
}, 15_000).unref()
