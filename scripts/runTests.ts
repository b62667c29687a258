import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './run.ts'
import { StageFailure } from './stage.ts'
import type { TestCounts } from './testCounts.ts'

/** Which tests run, and where they leave what. */
export interface TestRun {
  readonly root: string
  readonly files: readonly string[]
  /** A file that gets the counts as JSON. */
  readonly results: string
  /** A folder, emptied at first, in which every process that the tests start leaves its V8 coverage. */
  readonly raw: string
  /** Only tests whose title matches. */
  readonly grep?: string | undefined
}

/** Runs test files and answers the counts. That none ran, or that the run itself broke, is a `StageFailure`. */
export async function runTests({ root, files, results, raw, grep }: TestRun): Promise<TestCounts> {
  await rm(raw, { recursive: true, force: true })
  await rm(results, { force: true })
  await mkdir(raw, { recursive: true })
  await mkdir(dirname(results), { recursive: true })
  const env = { ...process.env, NODE_V8_COVERAGE: raw }
  const args = [join(root, 'scripts/mochaRun.ts'), results, ...(grep === undefined ? [] : ['--grep', grep]), ...files]
  // A failed test is counted below; without a file of results the run itself broke.
  const broken = await run(process.execPath, args, { cwd: root, env, output: 'show' }).catch((error: Error) => error)
  const text = await readFile(results, 'utf8').catch(() => undefined)
  if (text === undefined) throw new StageFailure('tests', broken)
  const counts = JSON.parse(text) as TestCounts
  if (counts.passed + counts.failed === 0) throw new StageFailure('tests', 'No test ran.')
  refuseSkips(counts)
  return counts
}

/** On a machine that must have all of `HKS_TEST_REFUSE_SKIPS=python3,sandbox,go`, a skip for want of one is a failure. */
function refuseSkips({ skipped }: TestCounts): void {
  for (const missing of (process.env['HKS_TEST_REFUSE_SKIPS'] ?? '').split(',').filter(Boolean)) {
    const refused = skipped.filter(title => title.includes(`skipped: ${missing}`))
    if (refused.length > 0) throw new StageFailure('tests', `Skipped for want of ${missing}:\n${refused.join('\n')}`)
  }
}
