import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { clusterTestGroups, testGroups } from '../../scripts/testGroups.ts'

const root = resolve(import.meta.dirname, '../..')

describe('the groups of tests', () => {
  it('hold every file that npm test runs, each once', () => {
    const elsewhere = ['test/vscode/suites/**', 'test/vscode-host/**', 'test/cluster/**']
    const all = globSync('test/**/*.test.ts', { cwd: root, exclude: elsewhere })
    const grouped = testGroups(root).flatMap(({ files }) => files)
    assert.deepEqual(grouped.toSorted(), all.sort())
  })

  it('have all files that open a window in one group, so that no two windows are opened at once', () => {
    const opening = /from '.*(describeInVscode|vscodeHost|openWebview|launchBrowser)\.ts'/
    const groups = testGroups(root).filter(({ files }) =>
      files.some(file => opening.test(readFileSync(resolve(root, file), 'utf8'))),
    )
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['windows'],
    )
  })

  it('hold every file of the cluster tests but those of the installation, with those that stop the API server alone', () => {
    const all = globSync('test/cluster/**/*.test.ts', { cwd: root, exclude: ['test/cluster/installation/**'] })
    const groups = clusterTestGroups(root)
    assert.deepEqual(groups.flatMap(({ files }) => files).toSorted(), all.sort())
    const alone = groups.filter(({ isAlone }) => isAlone).flatMap(({ files }) => files)
    assert.ok(alone.includes('test/cluster/support/stopApiServer.test.ts'))
  })
})
