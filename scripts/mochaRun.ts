/**
 * Runs test files in one mocha and leaves what it counted in a file. A failed test is no failure of the run.
 *
 *   node scripts/mochaRun.ts RESULTS.json [--grep TITLE] FILE...
 */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import Mocha from 'mocha'
import type { TestCounts } from './testCounts.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' } } })
const [results, ...files] = positionals
if (results === undefined) throw new Error('usage: node scripts/mochaRun.ts RESULTS.json [--grep TITLE] FILE...')

const mocha = new Mocha({ timeout: 10_000, forbidOnly: true, ...(values.grep === undefined ? {} : values) })
for (const file of files) mocha.addFile(resolve(file))
await mocha.loadFilesAsync()

let passed = 0
const failures: string[] = []
const skipped: string[] = []
await new Promise<void>(done => {
  mocha
    .run(() => done())
    .on('pass', () => passed++)
    .on('fail', test => failures.push(test.fullTitle()))
    .on('pending', test => skipped.push(test.fullTitle()))
})
const counts: TestCounts = { passed, failed: failures.length, failures, skipped }
await writeFile(results, JSON.stringify(counts))

// Whatever keeps this process alive now was started by a test and not stopped.
setTimeout(() => {
  console.error(`The tests have ended, but these still run: ${process.getActiveResourcesInfo().join(', ')}`)
  process.exit()
}, 15_000).unref()
