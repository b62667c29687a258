import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFakeClock } from '../../../support/fakeClock.ts'
import { cronJobSpec } from '../../store/records.ts'
import { openLocal } from './localGateway.ts'
import { timedAttempts } from './timedAttempt.ts'

describe('local projects', () => {
  const clock = createFakeClock('2026-03-02T10:00:30Z')
  let local: Awaited<ReturnType<typeof openLocal>>
  beforeEach(async () => {
    local = await openLocal(clock, { startAttempt: timedAttempts(clock, () => ({ seconds: 1 })).start })
  })
  afterEach(() => local.close())
  const folder = (name: string) => {
    const path = join(local.workspace, name)
    mkdirSync(path)
    return path
  }

  it('answer the same project for the same real folder', async () => {
    const path = folder('shop')
    const { project, created } = await local.provider.folders.open(path)
    assert.equal(created, true)
    assert.deepEqual([project.name, project.path, project.status, project.connection], ['shop', path, 'ready', 'local'])
    symlinkSync(path, join(local.workspace, 'link'))
    const again = await local.provider.folders.open(join(local.workspace, 'link'))
    assert.deepEqual([again.created, again.project.id], [false, project.id])
  })

  it('have the same id in every gateway of the machine', async () => {
    const path = folder('shop')
    const { project } = await local.provider.folders.open(path)
    assert.match(project.id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const other = await openLocal(clock)
    assert.equal((await other.provider.folders.open(path)).project.id, project.id)
    await other.close()
    const elsewhere = await openLocal(clock, { machineId: 'another machine' })
    assert.notEqual((await elsewhere.provider.folders.open(path)).project.id, project.id)
    await elsewhere.close()
  })

  it('refuse what is no folder, naming the field', async () => {
    const file = join(local.workspace, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(local.workspace, 'nowhere')]) {
      await assert.rejects(local.provider.folders.open(path), {
        code: 'INVALID_REQUEST',
        details: { field: 'path', value: path },
      })
    }
  })

  it('follow a folder that moved when they are relinked: the id is that of the new place', async () => {
    const path = folder('shop')
    const { project } = await local.provider.folders.open(path)
    await local.provider.secrets!.write(project.id, 'mail', { key: 'x' })
    const job = await local.provider.cronJobs.create(project.id, cronJobSpec({ schedule: '0 * * * *' }))
    const command = { name: 'say', command: ['echo'], args: ['a'], environment: { A: '1' }, secrets: [] }
    const named = await local.provider.applications!.named!.create(project.id, command)
    const moved = join(local.workspace, 'moved')
    renameSync(path, moved)
    assert.equal((await local.provider.projects.get(project.id))!.status, 'missing')

    const relinked = await local.provider.folders.relink(project.id, moved)
    assert.deepEqual([relinked.name, relinked.path, relinked.status], ['shop', moved, 'ready'])
    assert.equal((await local.provider.folders.open(moved)).project.id, relinked.id)
    assert.equal(await local.provider.projects.get(project.id), undefined)
    assert.equal((await local.provider.cronJobs.get(job.id))!.projectId, relinked.id)
    assert.deepEqual(
      (await local.provider.cronJobs.list(relinked.id)).map(each => each.id),
      [job.id],
    )
    assert.deepEqual(await local.provider.secrets!.list(relinked.id), [{ name: 'mail', keys: ['key'] }])
    const { applications } = await local.provider.applications!.list(relinked.id)
    assert.deepEqual(applications[0], { ...named, projectId: relinked.id })
    const told = local.changes.slice(-3).map(change => change.kind)
    assert.deepEqual(told.sort(), ['cronJob', 'deleted', 'project'])
  })

  it('take the place of the empty project that opening the moved folder made', async () => {
    const path = folder('shop')
    const { project } = await local.provider.folders.open(path)
    const job = await local.provider.cronJobs.create(project.id, cronJobSpec({ schedule: '0 * * * *' }))
    const moved = join(local.workspace, 'moved')
    renameSync(path, moved)
    const opened = await local.provider.folders.open(moved)
    assert.equal(opened.created, true)

    const relinked = await local.provider.folders.relink(project.id, moved)
    assert.deepEqual([relinked.id, relinked.name, relinked.status], [opened.project.id, 'shop', 'ready'])
    assert.equal(await local.provider.projects.get(project.id), undefined)
    assert.equal((await local.provider.cronJobs.get(job.id))!.projectId, relinked.id)
  })

  it('take no place of a project that holds something', async () => {
    const { project } = await local.provider.folders.open(folder('shop'))
    const other = folder('other')
    const { project: taken } = await local.provider.folders.open(other)
    await local.provider.secrets!.write(taken.id, 'mail', { key: 'x' })
    await assert.rejects(local.provider.folders.relink(project.id, other), {
      code: 'CONFLICT',
      hint: 'Forget that project first, or take another folder.',
    })
    assert.deepEqual(await local.provider.secrets!.list(taken.id), [{ name: 'mail', keys: ['key'] }])
  })

  it('tell that their folder is gone, and that it is back, when it is looked at', async () => {
    const path = folder('shop')
    const { project } = await local.provider.folders.open(path)
    const told = () =>
      local.changes.flatMap(change =>
        change.kind === 'project' && change.project.id === project.id ? [change.project.status] : [],
      )
    renameSync(path, `${path}-moved`)
    await local.provider.projects.get(project.id)
    await local.provider.projects.list()
    assert.deepEqual(told(), ['ready', 'missing'])
    renameSync(`${path}-moved`, path)
    await local.provider.projects.get(project.id)
    assert.deepEqual(told(), ['ready', 'missing', 'ready'])
  })

  it('are removed with all that they hold', async () => {
    const { project } = await local.provider.folders.open(folder('shop'))
    await local.provider.secrets!.write(project.id, 'mail', { key: 'x' })
    const job = await local.provider.cronJobs.create(project.id, cronJobSpec({ schedule: '0 * * * *' }))
    await local.provider.executions.trigger(job.id, {})
    const { named } = local.provider.applications!
    const command = { name: 'say', command: ['echo'], args: [], environment: {}, secrets: [] }
    const { id } = await named!.create(project.id, command)
    await assert.rejects(named!.create(project.id, command), { code: 'CONFLICT', message: /named command named "say"/ })
    await local.provider.projects.remove(project.id)
    assert.equal(await named!.get(id), undefined)
    assert.equal(await local.provider.projects.get(project.id), undefined)
    assert.equal(await local.provider.cronJobs.get(job.id), undefined)
    assert.deepEqual(await local.provider.secrets!.list(project.id), [])
    await assert.rejects(local.provider.projects.remove(project.id), { code: 'NOT_FOUND' })
  })
})
