import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runTests } from '../../scripts/runTests.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const root = resolve(import.meta.dirname, '../..')

describe('a run of groups of tests', function () {
  this.timeout(30_000)
  const folder = temporaryFolder()
  after(() => folder[Symbol.dispose]())
  const reported: string[] = []
  const results = join(folder.path, 'results.json')
  const group = (name: string, code: string) => {
    const file = join(folder.path, `${name}.mjs`)
    writeFileSync(file, code)
    return { name, files: [file] }
  }
  const runAll = (...groups: ReturnType<typeof group>[]) =>
    runTests({
      root,
      groups,
      atOnce: 2,
      results,
      raw: join(folder.path, 'raw'),
      report: text => reported.push(stripVTControlCharacters(text)),
    })

  it('sums what they counted, and keeps the titles of what failed and of what was skipped', async () => {
    const counts = await runAll(
      group(
        'first',
        "describe('first', () => { it('passes', () => {}); it.skip('waits (skipped: a reason)', () => {}) })",
      ),
      group(
        'second',
        "describe('second', () => { it('passes', () => {}); it('fails', () => { throw new Error('no') }) })",
      ),
      group('third', "describe('third', () => { it.skip('is skipped', () => {}) })"),
    )
    assert.deepEqual(
      { ...counts, skipped: counts.skipped.toSorted() },
      {
        ...{ passed: 2, failed: 1, failures: ['second fails'] },
        skipped: ['first waits (skipped: a reason)', 'third is skipped'],
      },
    )
    assert.deepEqual(JSON.parse(readFileSync(results, 'utf8')), counts)
    // The output of a group comes in one piece.
    assert.ok(
      reported.some(text =>
        /second[^]*✔ passes[^]*1\) fails[^]*Error: no[^]*tests of second: 1 passed, 1 failed, 0 skipped/.test(text),
      ),
    )
  })

  it('fails when a group breaks, after the others have run', async () => {
    const mark = join(folder.path, 'mark')
    const writes = `import { writeFileSync } from 'node:fs'; it('runs', () => writeFileSync(${JSON.stringify(mark)}, ''))`
    await assert.rejects(
      runAll(group('broken', 'process.exit(3)'), group('whole', writes), group('late', "it('is late', () => {})")),
      /tests of broken failed/,
    )
    assert.ok(existsSync(mark))
    assert.equal((JSON.parse(readFileSync(results, 'utf8')) as { passed: number }).passed, 2)
  })

  it('fails when nothing ran', async () => {
    await assert.rejects(runAll(group('empty', ''), group('none', "describe('none', () => {})")), /No test ran/)
  })

  it('runs a group that is alone after the others have ended', async () => {
    const log = join(folder.path, 'log')
    const writes = (word: string, ms: number) =>
      `import { appendFileSync } from 'node:fs'; it('writes', async () => {
        await new Promise(done => setTimeout(done, ${ms})); appendFileSync(${JSON.stringify(log)}, '${word} ') })`
    const alone = { ...group('alone', writes('alone', 0)), isAlone: true }
    await runAll(alone, group('slow', writes('slow', 500)), group('quick', writes('quick', 0)))
    assert.equal(readFileSync(log, 'utf8'), 'quick slow alone ')
  })
})
