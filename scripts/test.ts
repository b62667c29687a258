/**
 * `npm test`: types, lint, build, package, then every test, and how much of the source they ran.
 *
 *   npm test                    everything
 *   npm test -- "some title"    only the tests whose title matches; no threshold
 */
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { measureLines } from './lineCoverage/measureLines.ts'
import { prepareTests } from './prepareTests.ts'
import { run } from './run.ts'
import { runTests } from './runTests.ts'
import { stage, StageFailure } from './stage.ts'
import { countsLine } from './testCounts.ts'
import { testGroups } from './testGroups.ts'

/** Percent of lines that the tests must run. */
const threshold = 90

/** Measured by `npm run test:cluster`, where the systems they speak to are. */
const measuredElsewhere = ['src/gateway/providers/kubernetes', 'src/gateway/providers/hexabase']

/** Groups of tests that run at once. More than two gain little: most of the time goes into one group. */
const atOnce = Math.min(2, availableParallelism())

const root = resolve(import.meta.dirname, '..')
const coverage = join(root, 'coverage')
const raw = join(coverage, 'raw')
const [grep] = process.argv.slice(2)

try {
  await Promise.all([stage('types', types), stage('lint', lint), prepareTests(root)])
  const results = join(root, '.cache/test-results.json')
  const counts = await runTests({ root, groups: testGroups(root), atOnce, results, raw, grep, report: console.log })
  for (const title of counts.skipped) console.log(`skipped: ${title}`)
  for (const title of counts.failures) console.log(`failed: ${title}`)
  if (counts.failed > 0) process.exitCode = 1
  else {
    const wanted = grep === undefined ? threshold : 0
    const measure = { root, raw: [raw], folder: coverage, threshold: wanted, without: measuredElsewhere }
    console.log(await measureLines(measure))
  }
  console.log(countsLine(counts))
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
