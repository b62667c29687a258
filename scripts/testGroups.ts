import { globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

/** Test files that run in one process, one after the other. */
export interface TestGroup {
  readonly name: string
  readonly files: readonly string[]
  /** Runs after the others, with nothing beside it. */
  readonly isAlone?: boolean
}

/** Names of groups, each with the patterns of its files; the first pattern that matches decides. */
type GroupPatterns = readonly (readonly [name: string, ...patterns: readonly string[]])[]

/**
 * Groups run beside each other, the first ones begin first, so those that take long stand above. Whatever opens a browser
 * or a VS Code is one group: two at once are more than two cores can do in time.
 */
const machinePatterns: GroupPatterns = [
  ['windows', 'test/{e2e,vscode,webviews}/**', 'test/scripts/start*'],
  ['functions', 'test/gateway/providers/local/functions/**'],
  ['conformance', 'test/conformance/**'],
  ['life', 'test/gateway/life/**'],
  ['platform', 'test/gateway/platform/**'],
  ['gateway', 'test/gateway/**'],
  ['runtimes', 'test/{runtimes,templates,examples}/**'],
  ['clients', 'test/{cli,client,extension}/**'],
  ['rest', '**'],
]

const clusterPatterns: GroupPatterns = [
  ['functions that fail', 'test/cluster/providers/kubernetes/functions/**'],
  ['namespaces', 'test/cluster/providers/**'],
  ['functions', 'test/cluster/functionsConformance.test.ts'],
  // A removal of Knative removes what any test has installed: those that do it are not beside each other.
  ['windows', 'test/cluster/e2e/**', 'test/cluster/gateway/knativeParts*'],
  ['rest', '**'],
]

/** Suites that another test runs elsewhere: inside VS Code, or against a cluster. */
const elsewhere = ['test/vscode/suites/**', 'test/vscode-host/**', 'test/cluster/**']

/** All tests that need nothing but this machine, each in one group. */
export function testGroups(root: string): TestGroup[] {
  return grouped(globSync('test/**/*.test.ts', { cwd: root, exclude: elsewhere }), machinePatterns)
}

/** All tests that need a cluster with Knative, each in one group. Those that stop its API server are alone. */
export function clusterTestGroups(root: string): TestGroup[] {
  const files = globSync('test/cluster/**/*.test.ts', { cwd: root, exclude: ['test/cluster/installation/**'] })
  const stops = (file: string) => readFileSync(join(root, file), 'utf8').includes("/stopApiServer.ts'")
  const alone = files.filter(stops).sort()
  const others = files.filter(file => !alone.includes(file))
  return [...grouped(others, clusterPatterns), { name: 'without API server', files: alone, isAlone: true }]
}

function grouped(files: readonly string[], patterns: GroupPatterns): TestGroup[] {
  const nameOf = (file: string) => patterns.find(([, ...globs]) => globs.some(glob => matchesGlob(file, glob)))![0]
  const byName = Map.groupBy(files.toSorted(), nameOf)
  return patterns.flatMap(([name]) => (byName.has(name) ? [{ name, files: byName.get(name)! }] : []))
}
