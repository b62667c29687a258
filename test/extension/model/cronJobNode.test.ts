import assert from 'node:assert/strict'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import { compareCronJobs, cronJobNode, isBrokenCronJob } from '../../../src/extension/model/cronJobNode.ts'
import { at, cronJob, execution, failed, options, running } from './samples.ts'

const node = (given: Partial<CronJob> = {}) => cronJobNode(cronJob(given), options)
const without = (job: CronJob, field: 'nextExecutionAt'): CronJob => {
  const { [field]: _, ...rest } = job
  return rest
}

describe('the row of a CronJob', () => {
  it('says when it runs next', () => {
    assert.equal(node().description, 'Daily at 02:00 · in 3 h 12 m')
    assert.equal(node({ schedule: '*/5 * * * *', nextExecutionAt: at(61) }).description, 'Every 5 minutes · in 1 m')
  })

  it('says that a run is due whose time has come, not that it was long ago', () => {
    assert.equal(node({ nextExecutionAt: at(-25) }).description, 'Daily at 02:00 · due')
  })

  it('names the zone of a time of day that is not in the zone of the viewer', () => {
    assert.equal(node({ timeZone: 'America/New_York' }).description, 'Daily at 02:00 · in 3 h 12 m · New York')
    assert.equal(node({ schedule: '@hourly', timeZone: 'Europe/Berlin' }).description, 'Hourly · in 3 h 12 m')
  })

  it('says how long a run has been going on', () => {
    assert.equal(node({ active: 1, recentExecutions: [running()] }).description, 'Daily at 02:00 · running 0:42')
  })

  it('says that several runs go on', () => {
    const recentExecutions = [running(), running({ id: 'e2' })]
    assert.equal(node({ active: 2, recentExecutions }).description, 'Daily at 02:00 · running 0:42 · 2 runs')
  })

  it('says when and how the last run failed', () => {
    assert.equal(node({ recentExecutions: [failed()] }).description, 'Daily at 02:00 · failed 14 m ago · exit 1')
    const late = failed({ reason: 'DeadlineExceeded' })
    assert.equal(node({ recentExecutions: [late] }).description, 'Daily at 02:00 · failed 14 m ago · DeadlineExceeded')
  })

  it('says that it is suspended and what it was', () => {
    assert.equal(node({ suspend: true }).description, 'suspended · Daily at 02:00')
  })

  it('says that it never runs', () => {
    const job = without(cronJob({ schedule: '0 0 30 2 *' }), 'nextExecutionAt')
    assert.equal(cronJobNode(job, options).description, 'Never: February has no day 30')
    const late = without(cronJob({ schedule: '@every 1h', startingDeadlineSeconds: 60 }), 'nextExecutionAt')
    assert.match(cronJobNode(late, options).description, /^Every 1 h, .* · never runs$/)
  })

  it('begins with what matters next where the schedule needs many words', () => {
    const recentExecutions = [running()]
    assert.match(
      node({ schedule: '*/7 3-5 * * 1-5', active: 1, recentExecutions }).description,
      /^running 0:42 · At 0, 7, 14, 21/,
    )
  })

  it('shows the state by shape as well as by colour', () => {
    const shapes = [
      node({ recentExecutions: [failed()] }),
      cronJobNode(without(cronJob(), 'nextExecutionAt'), options),
      node({ active: 1, recentExecutions: [running()] }),
      node({ recentExecutions: [execution()] }),
      node(),
      node({ suspend: true }),
    ].map(n => n.icon.codicon)
    assert.equal(new Set(shapes).size, shapes.length)
  })

  it('is spoken as a sentence with everything that is seen', () => {
    assert.equal(
      node({ recentExecutions: [execution()] }).spoken,
      'nightly-report, succeeded, Daily at 02:00, next in 3 h 12 m, Sun, Nov 22, 2026, 15:12:00',
    )
    assert.equal(node({ suspend: true }).spoken, 'nightly-report, suspended, Daily at 02:00')
    assert.match(node({ recentExecutions: [failed()] }).spoken, /^nightly-report, failed, exit 1, /)
  })

  it('has its runs below it, and cannot be opened while it has none', () => {
    assert.equal(node().open, undefined)
    const opened = node({ recentExecutions: [failed(), execution({ id: 'e2' })] })
    assert.equal(opened.open, 'collapsed')
    assert.deepEqual(
      opened.children.map(c => c.id),
      ['execution:e1', 'execution:e2'],
    )
  })

  it('tells the menus what can be done with it', () => {
    assert.equal(node().context, 'cronJob;enabled;idle;command')
    assert.equal(node({ suspend: true, active: 1, functionId: 'f1' }).context, 'cronJob;suspended;running;calls')
    const followed = { ...options, followed: new Set(['j1']) }
    assert.equal(cronJobNode(cronJob(), followed).context, 'cronJob;enabled;idle;command;followed')
  })

  it('says of the image whether it is run', () => {
    const job = cronJob({ image: 'busybox:1' })
    assert.match(cronJobNode(job, options, { inCluster: true }).tooltip(), /^Image `busybox:1`$/m)
    assert.match(cronJobNode(job, options).tooltip(), /^Image \(ignored here\) `busybox:1`$/m)
  })

  it('has a tooltip with sentence, expression, zone, next runs, last runs and command', () => {
    const tooltip = node({
      timeZone: 'Europe/Berlin',
      nextExecutionAt: at(3600),
      recentExecutions: [failed()],
    }).tooltip()
    assert.match(tooltip, /At 02:00 every day/)
    assert.ok(tooltip.includes('`0 2 * * *`'))
    assert.equal(tooltip.match(/\(Europe\/Berlin\\\)/g)?.length, 3)
    assert.match(tooltip, /failed · 12 s · exit 1/)
    assert.ok(tooltip.includes("`sh -c 'echo hi'`"))
  })

  it('has a tooltip in which no text of a job becomes a link or a heading', () => {
    const tooltip = node({ name: '[x](command:y)', command: ['`a` [b](c)'] }).tooltip()
    assert.ok(tooltip.includes('\\[x\\]\\(command:y\\)'))
    assert.ok(tooltip.includes("`` '`a` [b](c)' ``"))
  })
})

describe('the order of CronJobs', () => {
  it('is broken, the others by name, suspended', () => {
    const jobs = [
      cronJob({ name: 'c', suspend: true }),
      cronJob({ name: 'b' }),
      cronJob({ name: 'a' }),
      cronJob({ name: 'd', recentExecutions: [failed()] }),
    ]
    assert.deepEqual(
      jobs.sort(compareCronJobs).map(j => j.name),
      ['d', 'a', 'b', 'c'],
    )
  })

  it('stays while a run is in progress, so that no row jumps away from a click', () => {
    const jobs = [
      cronJob({ name: 'b', active: 1, recentExecutions: [running()] }),
      cronJob({ name: 'a' }),
      cronJob({ name: 'd', active: 1, recentExecutions: [running(), failed()] }),
    ]
    assert.deepEqual(
      jobs.sort(compareCronJobs).map(j => j.name),
      ['d', 'a', 'b'],
    )
  })

  it('is by name where nothing else differs, so that rows stay where they are', () => {
    const jobs = [cronJob({ name: 'b' }), cronJob({ name: 'a' })]
    assert.deepEqual(
      jobs.sort(compareCronJobs).map(j => j.name),
      ['a', 'b'],
    )
  })

  it('counts as broken what failed last and what never runs, not what is suspended or running again', () => {
    assert.equal(isBrokenCronJob(cronJob({ recentExecutions: [failed()] })), true)
    assert.equal(isBrokenCronJob(without(cronJob(), 'nextExecutionAt')), true)
    assert.equal(isBrokenCronJob(cronJob({ recentExecutions: [failed()], suspend: true })), false)
    assert.equal(isBrokenCronJob(cronJob({ recentExecutions: [running({ id: 'e2' }), failed()], active: 1 })), false)
    assert.equal(isBrokenCronJob(cronJob({ recentExecutions: [execution({ id: 'e2' }), failed()] })), false)
  })
})
