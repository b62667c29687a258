/**
 * `npm test`: types, lint, build, package, then every test in one run, and how much of the source they ran.
 *
 *   npm test                    everything
 *   npm test -- "some title"    only the tests whose title matches; no threshold
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from '../esbuild.mjs'
import { collectCoverage } from './lineCoverage/collectCoverage.ts'
import { reportCoverage } from './lineCoverage/reportCoverage.ts'
import type { TestCounts } from './mochaRun.ts'
import { packageVsix } from './packageVsix.ts'
import { run } from './run.ts'
import { stage, StageFailure } from './stage.ts'
import { installVscodeHost, reasonAgainstVscodeHost } from './vscodeHost/installVscodeHost.ts'

/** Percent of lines that the tests must run. */
const threshold = 90

/** Measured by `npm run test:cluster`, where the systems they speak to are. */
const measuredElsewhere = ['src/gateway/providers/kubernetes', 'src/gateway/providers/hexabase']

const root = resolve(import.meta.dirname, '..')
const coverage = join(root, 'coverage')
const raw = join(coverage, 'raw')
const results = join(root, '.cache/test-results.json')
const [grep] = process.argv.slice(2)

try {
  await Promise.all([stage('types', types), stage('lint', lint), prepare()])
  const counts = await test()
  for (const title of counts.skipped) console.log(`skipped: ${title}`)
  if (counts.failed > 0) process.exitCode = 1
  else console.log(`line coverage: ${await measure()} % (coverage/index.html)`)
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`)
} catch (error) {
  console.error(error instanceof StageFailure ? error.message : error)
  process.exitCode = 1
}

async function types(): Promise<void> {
  const projects = ['tsconfig.json', 'src/webviews/tsconfig.json', 'test/webviews/tsconfig.json']
  for (const project of projects) await tool('typescript/bin/tsc', '-p', project)
}

async function lint(): Promise<void> {
  await tool('eslint/bin/eslint.js', '--no-color', '.')
  await tool('@biomejs/biome/bin/biome', 'ci', '--colors=off', '--max-diagnostics=20', '.')
  await tool('knip/bin/knip.js', '--no-progress')
}

/** Runs a tool of this repository with the Node.js that runs us. */
function tool(script: string, ...args: string[]): Promise<string> {
  return run(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root })
}

async function prepare(): Promise<void> {
  await stage('build', build)
  process.env['HKS_TEST_VSIX'] = await stage('package', () => packageVsix(root))
  if (reasonAgainstVscodeHost() === undefined) await stage('VS Code', () => installVscodeHost(root, console.log))
}

async function test(): Promise<TestCounts> {
  await rm(raw, { recursive: true, force: true })
  await rm(results, { force: true })
  await mkdir(raw, { recursive: true })
  await mkdir(join(results, '..'), { recursive: true })
  const env = { ...process.env, NODE_V8_COVERAGE: raw }
  const args = [join(root, 'scripts/mochaRun.ts'), results, ...(grep === undefined ? [] : [grep])]
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

async function measure(): Promise<number> {
  const merged = join(coverage, 'merged')
  await collectCoverage(root, raw, merged)
  const { lines, worst } = await reportCoverage(root, merged, coverage, measuredElsewhere)
  if (lines < threshold && grep === undefined) {
    throw new StageFailure(
      'coverage',
      `${lines} % of lines, ${threshold} % wanted. Most is left in:\n${worst.slice(0, 20).join('\n')}`,
    )
  }
  return lines
}
