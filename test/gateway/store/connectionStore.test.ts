import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ConnectionRecord } from '../../../src/gateway/domain/connection.ts'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { project } from './records.ts'

describe('the store of connections', () => {
  const prod: ConnectionRecord = {
    ...{ id: 'c1', name: 'prod', kind: 'kubernetes', readOnly: true, context: 'admin@prod' },
    kubeconfig: ['/home/jo/.kube/config'],
    runtimeImages: { node: 'registry.example.com/node:24' },
    createdAt: 1_772_000_000_000,
  }
  let folder: ReturnType<typeof temporaryFolder>
  let store: Store
  beforeEach(async () => {
    folder = temporaryFolder()
    store = await openStore(join(folder.path, 'gateway.db'))
    await store.connections.insert(prod)
  })
  afterEach(async () => {
    await store.close()
    folder[Symbol.dispose]()
  })

  it('keeps all that was said of a connection', async () => {
    const dev = { ...prod, id: 'c2', name: 'dev', readOnly: false }
    await store.connections.insert(dev)
    assert.deepEqual(await store.connections.list(), [dev, prod])
    const { runtimeImages: _, ...changed } = { ...prod, name: 'production' }
    await store.connections.update(changed)
    assert.deepEqual(await store.connections.list(), [dev, changed])
  })

  it('gives each a name of its own', async () => {
    const same = { ...prod, id: 'c2' }
    await assert.rejects(store.connections.insert(same), { code: 'CONFLICT', message: /^name: .*"prod"/ })
    await assert.rejects(store.connections.update({ ...prod, id: 'none', name: 'other' }), { code: 'NOT_FOUND' })
  })

  it('forgets the projects of a connection with it', async () => {
    const { path: _, ...namespace } = project({ id: 'default', connection: 'c1' })
    await store.projects.insert(namespace)
    await store.projects.insert(project({ id: 'folder' }))
    await store.connections.remove('c1')
    await store.connections.remove('c1')
    assert.deepEqual(await store.connections.list(), [])
    assert.deepEqual(await store.projects.list('c1'), [])
    assert.equal((await store.projects.list('local')).length, 1)
  })
})
