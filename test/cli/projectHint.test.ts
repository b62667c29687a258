import assert from 'node:assert/strict'
import { projectHint } from '../../src/cli/projectHint.ts'
import type { Connection } from '../../src/contract/connections.ts'
import type { Project } from '../../src/contract/projects.ts'

const connection = (id: string, name: string, kind: Connection['kind']): Connection => ({
  ...{ id, name, kind, readOnly: false, state: 'ready' },
})
const project = (name: string, on: string): Project => ({
  ...{ id: `id-of-${name}`, name, connection: on, status: 'ready', createdAt: '2026-03-02T10:00:00.000Z' },
})
const connections = [connection('local', 'local', 'local'), connection('c-1', 'kind-dev', 'kubernetes')]

describe('the way out when no project has the name', () => {
  it('is a namespace where the name is that of a connection', () => {
    const projects = [project('folder', 'local'), project('shop', 'c-1'), project('till', 'c-1')]
    const said = '"kind-dev" is a connection, whose projects are namespaces: name one, too, such as '
    assert.equal(projectHint('kind-dev', connections, projects), `${said}kind-dev/shop, kind-dev/till.`)
    assert.equal(projectHint('kind-dev', connections, []), `${said}kind-dev/default.`)
  })

  it('is a folder where this machine was named', () => {
    assert.match(projectHint('local', connections, []), /folders: \. is the current one/)
  })

  it('is one of those that there are, each as it can be named', () => {
    const projects = [project('folder', 'local'), project('shop', 'c-1')]
    assert.equal(projectHint('shpo', connections, projects), 'There are: folder, kind-dev/shop.')
    assert.match(projectHint('shpo', connections, []), /There is none yet: name a folder/)
    const many = Array.from({ length: 11 }, (_, at) => project(`p${at}`, 'local'))
    assert.match(projectHint('x', connections, many), /p9, …\.$/)
  })
})
