import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './run.ts'
import { StageFailure } from './stage.ts'
import { countsLine, sumOf, type TestCounts } from './testCounts.ts'
import type { TestGroup } from './testGroups.ts'

/** Which tests run, and where they leave what. */
export interface TestRun {
  readonly root: string
  readonly groups: readonly TestGroup[]
  /** How many groups run at once, except those that are alone. */
  readonly atOnce: number
  /** A file that gets the counts as JSON. */
  readonly results: string
  /** A folder, emptied at first, in which every process that the tests start leaves its V8 coverage. */
  readonly raw: string
  /** Only tests whose title matches. */
  readonly grep?: string | undefined
  /** Gets a line when a group begins, and its output in one piece when it has ended. */
  readonly report: (output: string) => void
}

/** Runs groups of tests and answers the counts. That none ran, or that a run itself broke, is a `StageFailure`. */
export async function runTests(tests: TestRun): Promise<TestCounts> {
  const { raw, results, groups } = tests
  await rm(raw, { recursive: true, force: true })
  await rm(results, { force: true })
  await mkdir(raw, { recursive: true })
  await mkdir(dirname(results), { recursive: true })
  const alone = groups.filter(({ isAlone }) => isAlone)
  const counts: TestCounts[] = []
  const broken: unknown[] = []
  const runAll = async (waiting: Iterable<TestGroup>) => {
    for (const group of waiting)
      await runGroup(tests, group).then(
        c => counts.push(c),
        (e: unknown) => broken.push(e),
      )
  }
  // Each takes the next group when it has finished one.
  const waiting = groups.filter(group => !alone.includes(group)).values()
  await Promise.all(Array.from({ length: tests.atOnce }, () => runAll(waiting)))
  await runAll(alone)
  const sum = sumOf(counts)
  await writeFile(results, JSON.stringify(sum))
  if (broken.length > 0) throw broken[0]
  if (sum.passed + sum.failed === 0) throw new StageFailure('tests', 'No test ran.')
  refuseSkips(sum)
  return sum
}

async function runGroup(tests: TestRun, { name, files }: TestGroup): Promise<TestCounts> {
  const { root, raw, grep, report } = tests
  const results = `${tests.results}.${name.replaceAll(' ', '-')}`
  const args = [join(root, 'scripts/mochaRun.ts'), results, ...(grep === undefined ? [] : ['--grep', grep]), ...files]
  const env = { ...process.env, NODE_V8_COVERAGE: raw }
  const started = Date.now()
  report(`… tests of ${name}`)
  try {
    const output = await run(process.execPath, args, { cwd: root, env })
    const counts = JSON.parse(await readFile(results, 'utf8')) as TestCounts
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    report(`${output.trimEnd()}\n\ntests of ${name}: ${countsLine(counts)} (${seconds} s)`)
    return counts
  } catch (cause) {
    throw new StageFailure(`tests of ${name}`, cause)
  } finally {
    await rm(results, { force: true })
  }
}

/** On a machine that must have all of `HKS_TEST_REFUSE_SKIPS=python3,sandbox,go`, a skip for want of one is a failure. */
function refuseSkips({ skipped }: TestCounts): void {
  for (const missing of (process.env['HKS_TEST_REFUSE_SKIPS'] ?? '').split(',').filter(Boolean)) {
    const refused = skipped.filter(title => title.includes(`skipped: ${missing}`))
    if (refused.length > 0) throw new StageFailure('tests', `Skipped for want of ${missing}:\n${refused.join('\n')}`)
  }
}
