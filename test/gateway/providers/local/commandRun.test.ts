import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CronJobSpec } from '../../../../src/gateway/domain/cronJob.ts'
import { startTimeOf } from '../../../../src/gateway/platform/processTable.ts'
import { createSystemClock } from '../../../../src/gateway/platform/systemClock.ts'
import { cronJobSpec } from '../../store/records.ts'
import { eventually } from '../../../support/eventually.ts'
import { openLocal } from './localGateway.ts'

const fixture = (name: string) => resolve(import.meta.dirname, '../../../fixtures/processes', name)

describe('a run of a command', function () {
  this.timeout(30_000)
  const clock = createSystemClock()
  let names = 0
  let local: Awaited<ReturnType<typeof openLocal>>
  before(async () => {
    local = await openLocal(clock)
  })
  after(async () => {
    await local.close()
    clock[Symbol.dispose]()
  })

  it('runs in the project folder, writes its log and its ledger row', async () => {
    const job = await local.create({
      schedule: '0 0 1 1 *',
      target: {
        kind: 'command',
        command: ['sh', '-c', 'pwd; echo "$HKS_JOB_NAME $GREETING $0"; echo oops >&2'],
        args: ['$(GREETING)!'],
      },
      environment: { GREETING: 'hello' },
    })
    const started = await local.provider.executions.trigger(job.id, {})
    assert.equal(started.status, 'running')
    const ended = await local.ended(started.id)
    assert.equal(ended.status, 'succeeded')
    assert.equal(ended.exitCode, 0)
    assert.deepEqual(await local.lines(job.id, started.id, 'stdout'), [
      local.workspace,
      `${ended.jobName} hello hello!`,
    ])
    assert.deepEqual(await local.lines(job.id, started.id, 'stderr'), ['oops'])
    const { items, summary } = await local.ledger(job.id)
    assert.equal(items.length, 1)
    assert.equal(items[0]!.execution!.id, started.id)
    assert.equal(summary.succeeded, 1)
  })

  /** Runs a command once by hand and answers how it ended. */
  const runOnce = async (command: string[], fields: Partial<CronJobSpec> = {}) => {
    const job = await local.create({
      name: `job-${++names}`,
      schedule: '0 0 1 1 *',
      backoffLimit: 0,
      target: { kind: 'command', command, args: [] },
      ...fields,
    })
    const { id } = await local.provider.executions.trigger(job.id, {})
    return { job, id, ended: await local.ended(id) }
  }

  it('says what is wrong with a command that can not run', async () => {
    const missing = (await runOnce(['no-such-command-here', 'x'])).ended
    assert.equal(missing.exitCode, 127)
    assert.equal(missing.cause, 'The command "no-such-command-here" was not found.')
    writeFileSync(join(local.workspace, 'notes.txt'), 'text')
    const text = (await runOnce(['./notes.txt'])).ended
    assert.equal(text.exitCode, 126)
    assert.match(text.cause!, /"\.\/notes\.txt" is not executable/)
    assert.match((await runOnce(['sh', '-c', 'nothing-of-the-kind'])).ended.cause!, /code 127: a command was not found/)
    assert.match((await runOnce(['sh', '-c', 'kill -9 $$$$'])).ended.cause!, /killed by SIGKILL \(137\)/)
    assert.match((await runOnce(['sh', '-c', 'exit 143'])).ended.cause!, /code 143, as after SIGTERM/)
  })

  it('gives a command its own environment, marks of the run and nothing else', async () => {
    const { job, id, ended } = await runOnce(['env'], {
      environment: { OWN: 'mine', HKS_RUN_ID: 'forged', HKS_HOME_ID: 'forged' },
    })
    const lines = await local.lines(job.id, id, 'stdout')
    const variables = Object.fromEntries(lines.map(line => line.split(/=(.*)/s) as [string, string]))
    assert.equal(variables['OWN'], 'mine')
    assert.equal(variables['HKS_RUN_ID'], id)
    assert.equal(variables['HKS_HOME_ID'], `home-${local.home}`)
    assert.equal(variables['HKS_JOB_NAME'], ended.jobName)
    assert.equal(variables['HKS_CRONJOB_NAME'], job.spec.name)
    assert.equal(variables['HKS_TRIGGER'], 'manual')
    assert.equal(variables['HKS_ATTEMPT'], '1')
    assert.ok(statSync(variables['HKS_RUN_FOLDER']!).isDirectory())
    const others = Object.keys(variables).filter(name => !name.startsWith('HKS_'))
    assert.deepEqual(others.filter(name => name !== 'PWD' && name !== '_').sort(), ['HOME', 'LANG', 'OWN', 'PATH'])
  })

  it('gives a command its secrets and masks them in the log', async () => {
    await local.provider.secrets!.write(local.project.id, 'mail', { password: 'correct horse' })
    const { job, id } = await runOnce(['sh', '-c', 'echo "${#PASSWORD} <$PASSWORD>"'], {
      secrets: [{ name: 'PASSWORD', from: 'mail/password' }],
    })
    assert.deepEqual(await local.lines(job.id, id, 'stdout'), ['13 <***>'])
    const program = await runOnce(['$(PASSWORD)'], { secrets: [{ name: 'PASSWORD', from: 'mail/password' }] })
    assert.equal(program.ended.cause, 'The command "***" was not found.')
    const { ended } = await runOnce(['true'], { secrets: [{ name: 'A', from: 'mail/other' }] })
    assert.match(ended.cause!, /"mail\/other" is not set.*hks-func secret set mail other/)
  })

  it('keeps the working files of as many runs as the history limits say, and the ledger of all', async () => {
    const job = await local.create({
      name: 'limited',
      schedule: '0 0 1 1 *',
      backoffLimit: 0,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 1,
      target: {
        kind: 'command',
        command: ['sh', '-c'],
        args: ['touch "$HKS_RUN_FOLDER/file"; [ "$HKS_TRIGGER" = manual ]'],
      },
    })
    const succeeded: string[] = []
    const failed: string[] = []
    for (let i = 0; i < 4; i++) {
      const retryOf = succeeded[0]
      succeeded.push((await local.ended((await local.provider.executions.trigger(job.id, {})).id)).id)
      if (retryOf !== undefined) {
        failed.push((await local.ended((await local.provider.executions.trigger(job.id, { retryOf })).id)).id)
      }
    }
    await local.provider.settled()
    const folders = readdirSync(join(local.home, 'runs', job.id)).sort()
    assert.deepEqual(folders, [...succeeded.slice(-2), ...failed.slice(-1)].sort())
    assert.equal((await local.runs(job.id)).length, 7)
  })

  it('ends the whole tree of a run at its deadline, also a daemon that was forked twice', async () => {
    const file = join(local.workspace, 'daemon.pid')
    const { ended } = await runOnce([fixture('daemon.sh'), file, 'stay'], {
      activeDeadlineSeconds: 1,
      terminationGracePeriodSeconds: 1,
    })
    assert.equal(ended.reason, 'DeadlineExceeded')
    assert.match(ended.cause!, /activeDeadlineSeconds of 1/)
    assert.equal(startTimeOf(Number(readFileSync(file, 'utf8'))), undefined)
  })

  it('ends the whole tree of a run whose job is deleted, also one that ignores SIGTERM', async () => {
    const job = await local.create({
      name: 'stubborn',
      schedule: '0 0 1 1 *',
      terminationGracePeriodSeconds: 1,
      target: { kind: 'command', command: [fixture('stubborn.sh')], args: [] },
    })
    const { id } = await local.provider.executions.trigger(job.id, {})
    const pids = (await local.said(job.id, id, 2)).map(line => Number(line.split(' ')[1]))
    assert.ok(pids.every(pid => startTimeOf(pid) !== undefined))
    await local.provider.cronJobs.remove(job.id)
    assert.deepEqual(
      pids.map(pid => startTimeOf(pid)),
      [undefined, undefined],
    )
    assert.equal(await local.store.executions.get(id), undefined)
  })

  it('marks start and end of each attempt in the log', async () => {
    const { job, id, ended } = await runOnce(['sh', '-c', 'echo out; exit 2'])
    const system = await local.lines(job.id, id, 'system')
    assert.equal(system[0], `${ended.jobName}: attempt 1 of at most 1 started.`)
    assert.match(system[1]!, /attempt 1 failed after \d+\.\d s: The command exited with code 2\./)
    assert.equal(system.at(-1), `${ended.jobName} failed: The command exited with code 2.`)
  })

  it('refuses to run where the folder is not there any more', async () => {
    const gone = join(local.home, '..', 'gone')
    mkdirSync(gone)
    const { project } = await local.provider.folders.open(gone)
    const spec = cronJobSpec({ name: 'homeless', schedule: '0 0 1 1 *', backoffLimit: 0 })
    const job = await local.provider.cronJobs.create(project.id, spec)
    rmSync(gone, { recursive: true })
    assert.equal((await local.provider.projects.get(project.id))!.status, 'missing')
    await assert.rejects(local.provider.executions.trigger(job.id, {}), { code: 'PROJECT_MISSING' })
    assert.deepEqual(await local.runs(job.id), [])
  })

  it('fails where the folder is not there any more when it is due, and names the folder and the way out', async () => {
    const gone = join(local.home, '..', 'gone at night')
    mkdirSync(gone)
    const { project } = await local.provider.folders.open(gone)
    const spec = cronJobSpec({ name: 'nightly', schedule: '@every 1s', backoffLimit: 0 })
    const job = await local.provider.cronJobs.create(project.id, spec)
    rmSync(gone, { recursive: true })
    const failed = await eventually(async () => {
      const run = (await local.runs(job.id)).find(each => each.status === 'failed')
      assert.ok(run)
      return run
    })
    assert.ok(failed.cause?.startsWith(`The folder ${gone} of the project "gone at night" is not there.`), failed.cause)
    assert.match(failed.cause ?? '', /Relink Project/)
    await local.provider.cronJobs.remove(job.id)
  })
})
