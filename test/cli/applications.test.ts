import assert from 'node:assert/strict'
import { applicationTable, notCopiedText } from '../../src/cli/applications.ts'
import type { Application } from '../../src/contract/applications.ts'

const web: Application = {
  ...{ id: 'app-1', type: 'stateless', kind: 'Deployment', projectId: 'project-1', name: 'web' },
  ...{
    image: 'shop/web:1',
    command: [],
    args: [],
    environment: {},
    secrets: [],
    createdAt: '2026-03-01T00:00:00.000Z',
  },
}
const partial: Application = {
  ...web,
  ...{ kind: 'StatefulSet', name: 'store', command: ['serve'], args: ['--all'] },
  notCopied: [
    { kind: 'volume', name: 'rows' },
    { kind: 'container', name: 'proxy' },
    { kind: 'initContainer', name: 'migrate' },
  ],
}
const rows = (text: string) => text.split('\n').map(line => line.split(/ {2,}/))

describe('the applications of a project', () => {
  it('are listed with what they run', () => {
    assert.deepEqual(rows(applicationTable([web])), [
      ['KIND', 'NAME', 'IMAGE', 'COMMAND'],
      ['Deployment', 'web', 'shop/web:1', "the image's own"],
    ])
  })

  it('have a column for what would not be copied where one has more than that', () => {
    assert.deepEqual(rows(applicationTable([web, partial])), [
      ['KIND', 'NAME', 'IMAGE', 'COMMAND', 'NOT COPIED'],
      ['Deployment', 'web', 'shop/web:1', "the image's own", '-'],
      ['StatefulSet', 'store', 'shop/web:1', 'serve --all', 'volume rows, container proxy, init container migrate'],
    ])
    assert.equal(notCopiedText(web), '')
  })
})
