import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'

/** Test files that run in one process, one after the other. */
export interface TestGroup {
  readonly name: string
  readonly files: readonly string[]
}

/**
 * Which files are one group: the first pattern that matches decides. Groups run beside each other, the first ones begin
 * first, so those that take long stand above. Whatever opens a browser or a VS Code is one group: two at once are more
 * than two cores can do in time.
 */
const patterns: readonly (readonly [name: string, ...patterns: readonly string[]])[] = [
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

/** Suites that another test runs elsewhere: inside VS Code, or against a cluster. */
const elsewhere = ['test/vscode/suites/**', 'test/vscode-host/**', 'test/cluster/**']

/** All tests that need nothing but this machine, each in one group. */
export function testGroups(root: string): TestGroup[] {
  const files = globSync('test/**/*.test.ts', { cwd: root, exclude: elsewhere }).sort()
  const nameOf = (file: string) => patterns.find(([, ...globs]) => globs.some(glob => matchesGlob(file, glob)))![0]
  const byName = Map.groupBy(files, nameOf)
  return patterns.flatMap(([name]) => (byName.has(name) ? [{ name, files: byName.get(name)! }] : []))
}
