import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { cronJob, functionSpec, project, revision, storedFunction } from './records.ts'

describe('the state of the local provider', () => {
  const shop = project({ id: 'shop', name: 'shop' })
  const bank = project({ id: 'bank', name: 'bank' })
  let folder: ReturnType<typeof temporaryFolder>
  let store: Store
  beforeEach(async () => {
    folder = temporaryFolder()
    store = await openStore(join(folder.path, 'gateway.db'))
    await store.projects.insert(shop)
    await store.projects.insert(bank)
  })
  afterEach(async () => {
    await store.close()
    folder[Symbol.dispose]()
  })

  describe('projects', () => {
    it('are listed by connection and name, and removed', async () => {
      const namespace = { id: 'prod', name: 'prod', connection: 'cluster', createdAt: 1 }
      await store.projects.insert(namespace)
      assert.deepEqual(await store.projects.list('local'), [bank, shop])
      assert.deepEqual(await store.projects.list('cluster'), [namespace])
      assert.deepEqual(await store.projects.get('shop'), shop)
      await store.projects.remove('bank')
      await store.projects.remove('bank')
      assert.deepEqual(await store.projects.list('local'), [shop])
    })

    it('have a folder each', async () => {
      const same = project({ path: shop.path! })
      await assert.rejects(store.projects.insert(same), {
        code: 'CONFLICT',
        message: /another project has the folder/i,
      })
      await assert.rejects(store.projects.rekey('bank', { ...bank, path: shop.path! }), { code: 'CONFLICT' })
      await assert.rejects(store.projects.rekey('none', project({ id: 'none' })), { code: 'NOT_FOUND' })
    })

    it('take their applications along to a new id', async () => {
      const job = cronJob('shop')
      await store.cronJobs.insert(job)
      const fn = storedFunction('shop')
      await store.functions.insert(fn)
      await store.functions.get(fn.id)
      await store.projects.rekey('shop', { ...shop, id: 'moved', path: '/elsewhere' })
      assert.equal((await store.functions.get(fn.id))?.projectId, 'moved')
      assert.equal(await store.projects.get('shop'), undefined)
      assert.equal((await store.cronJobs.get(job.id))?.cronJob.projectId, 'moved')
    })

    it('are not removed under their applications', async () => {
      await store.cronJobs.insert(cronJob('shop'))
      await assert.rejects(store.projects.remove('shop'), { code: 'CONFLICT', message: /still has applications/ })
    })
  })

  describe('CronJobs', () => {
    it('come back as they were given, with a command or a function', async () => {
      const command = cronJob('shop', {
        name: 'b',
        timeZone: 'Asia/Tokyo',
        startingDeadlineSeconds: 0,
        image: 'busybox',
      })
      const call = cronJob('shop', { name: 'a', target: { kind: 'function', functionId: 'f', payload: { deep: [1] } } })
      const other = cronJob('bank', { name: 'b' })
      for (const job of [command, call, other]) await store.cronJobs.insert(job)
      assert.deepEqual(await store.cronJobs.list('shop'), [{ cronJob: call }, { cronJob: command }])
      assert.equal((await store.cronJobs.list()).length, 3)
      assert.deepEqual(await store.cronJobs.get(other.id), { cronJob: other })
    })

    it('keep the last nominal time through a change of their spec', async () => {
      const job = cronJob('shop')
      await store.cronJobs.insert(job)
      await store.cronJobs.saveLastNominal(job.id, 60_000)
      const changed = { ...job, updatedAt: 2, spec: { ...job.spec, schedule: '@hourly', suspend: true } }
      await store.cronJobs.update(changed)
      assert.deepEqual(await store.cronJobs.get(job.id), { cronJob: changed, lastNominalAt: 60_000 })
    })

    it('have names of their own within a project, apart from functions', async () => {
      await store.cronJobs.insert(cronJob('shop'))
      const second = cronJob('shop', { name: 'second' })
      await store.cronJobs.insert(second)
      await store.functions.insert(storedFunction('shop', { spec: functionSpec({ name: 'backup' }) }))
      await assert.rejects(store.cronJobs.insert(cronJob('shop')), {
        code: 'CONFLICT',
        message: 'The project has a CronJob named "backup" already.',
      })
      await assert.rejects(store.cronJobs.update({ ...second, spec: { ...second.spec, name: 'backup' } }), {
        code: 'CONFLICT',
      })
    })

    it('say what is not there', async () => {
      await assert.rejects(store.cronJobs.insert(cronJob('nowhere')), {
        code: 'NOT_FOUND',
        message: /project "nowhere"/,
      })
      await assert.rejects(store.cronJobs.update(cronJob('shop')), { code: 'NOT_FOUND' })
      await assert.rejects(store.cronJobs.saveLastNominal('none', 1), { code: 'NOT_FOUND' })
      await store.cronJobs.remove('none')
      const fn = storedFunction('shop')
      await store.functions.insert(fn)
      await store.cronJobs.remove(fn.id)
      assert.ok(await store.functions.get(fn.id), 'a function is no CronJob')
      assert.equal(await store.cronJobs.get(fn.id), undefined)
    })
  })

  describe('functions', () => {
    it('come back as they were given and as they were changed', async () => {
      const fn = storedFunction('shop')
      await store.functions.insert(fn)
      assert.deepEqual(await store.functions.list('shop'), [fn])
      assert.deepEqual(await store.functions.list('bank'), [])
      const ready = { ...fn, status: 'ready' as const, serving: 2, reason: 'revision 3 failed', updatedAt: 9 }
      await store.functions.update(ready)
      assert.deepEqual(await store.functions.get(fn.id), ready)
      await assert.rejects(store.functions.insert(storedFunction('shop')), { code: 'CONFLICT' })
      await assert.rejects(store.functions.insert(storedFunction('nowhere')), { code: 'NOT_FOUND' })
      await assert.rejects(store.functions.update(storedFunction('shop', { spec: functionSpec({ name: 'x' }) })), {
        code: 'NOT_FOUND',
      })
    })

    it('are those of the last write, whoever read them while it was under way', async () => {
      const fn = storedFunction('shop')
      const readWhile = async (write: Promise<void>) => {
        await Promise.all([write, store.functions.get(fn.id), store.functions.revisions(fn.id)])
      }
      await readWhile(store.functions.insert(fn))
      assert.deepEqual(await store.functions.get(fn.id), fn)
      const ready = { ...fn, status: 'ready' as const, serving: 1 }
      await readWhile(store.functions.update(ready))
      assert.deepEqual(await store.functions.get(fn.id), ready)
      const first = revision(fn.id, 1)
      await readWhile(store.functions.saveRevision(first))
      assert.deepEqual(await store.functions.revisions(fn.id), [first])
      await readWhile(store.functions.remove(fn.id))
      assert.equal(await store.functions.get(fn.id), undefined)
    })

    it('are written together with a revision, or neither is', async () => {
      const fn = storedFunction('shop')
      const [first, second] = [revision(fn.id, 1), revision(fn.id, 2)]
      await store.functions.insert(fn, first)
      await store.functions.update({ ...fn, serving: 2 }, second)
      assert.deepEqual(await store.functions.revisions(fn.id), [second, first])
      const taken = revision(fn.id, 2)
      await assert.rejects(store.functions.update({ ...fn, serving: 9 }, taken), { code: 'CONFLICT' })
      assert.equal((await store.functions.get(fn.id))?.serving, 2)
      const other = storedFunction('shop', { spec: { ...fn.spec, name: 'other' } })
      await assert.rejects(store.functions.insert(other, revision('none', 1)), { code: 'NOT_FOUND' })
      assert.equal(await store.functions.get(other.id), undefined)
    })

    it('keep their revisions, newest first, and take them along when they go', async () => {
      const fn = storedFunction('shop')
      await store.functions.insert(fn)
      const all = [1, 2, 3].map(number => revision(fn.id, number))
      for (const one of all) await store.functions.saveRevision(one)
      const failed = { ...all[2]!, status: 'failed' as const, reason: 'SyntaxError' }
      await store.functions.saveRevision(failed)
      assert.deepEqual(await store.functions.revisions(fn.id), [failed, all[1], all[0]])
      assert.deepEqual(await store.functions.revisions(fn.id, 2), [failed, all[1]])
      await assert.rejects(store.functions.saveRevision(revision(fn.id, 3)), { code: 'CONFLICT' })
      await assert.rejects(store.functions.saveRevision(revision('none', 1)), { code: 'NOT_FOUND' })
      await store.functions.remove(fn.id)
      assert.deepEqual(await store.functions.revisions(fn.id), [])
    })

    it('lose transient revisions that do not serve when a newer one is there', async () => {
      const fn = storedFunction('shop', { serving: 2 })
      await store.functions.insert(fn)
      const transient = (number: number) => ({ ...revision(fn.id, number), transient: true as const })
      const failed = { ...transient(3), status: 'failed' as const, sourceDigest: 'cd'.repeat(32) }
      const all = [revision(fn.id, 1), transient(2), failed]
      for (const one of all) await store.functions.saveRevision(one)
      const numbers = async () => (await store.functions.revisions(fn.id)).map(({ number }) => number)
      await store.functions.update(fn)
      assert.deepEqual(await store.functions.revisions(fn.id), all.toReversed())
      assert.equal(await store.functions.hasSource(failed.sourceDigest), true)
      await store.functions.saveRevision({ ...transient(4), status: 'deploying' })
      await store.functions.update(fn)
      assert.deepEqual(await numbers(), [4, 2, 1])
      assert.equal(await store.functions.hasSource(failed.sourceDigest), false)
      await store.functions.saveRevision(revision(fn.id, 5))
      await store.functions.update({ ...fn, serving: 5 })
      assert.deepEqual(await numbers(), [5, 4, 1])
    })
  })
})
