import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Application } from '../../src/contract/applications.ts'
import type { CronJob, CronJobPreview } from '../../src/contract/cronJobs.ts'
import type { CronJobExecution } from '../../src/contract/executions.ts'
import type { Ledger } from '../../src/contract/ledger.ts'
import type { LogLine } from '../../src/contract/logs.ts'
import { openWorkplace, type Workplace } from './hksFunc.ts'

interface Applied {
  readonly items: readonly {
    readonly action: string
    readonly cronJob: CronJob
    readonly warnings: readonly string[]
  }[]
}

const manifest = (name: string, ...more: readonly string[]) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: "0 2 1 1 *"
  timeZone: Europe/Berlin
${more.map(line => `  ${line}\n`).join('')}  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: busybox:stable
              command: ["sh", "-c", "echo $WORD"]
              env:
                - name: WORD
                  value: manifest
`

describe('hks-func and CronJobs', function () {
  this.timeout(120_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
    mkdirSync(join(place.folder, 'cronjobs'))
  })
  after(() => place.close())

  /** Writes a manifest; its path as a user would type it. */
  function write(name: string, text: string): string {
    writeFileSync(join(place.folder, 'cronjobs', name), text)
    return `cronjobs/${name}`
  }
  const create = (...args: readonly string[]) => place.json<CronJob>('cronjob', 'create', ...args)
  const named = async (name: string) => {
    const { items } = await place.json<{ items: CronJob[] }>('cronjob', 'list')
    return items.find(job => job.name === name)
  }

  it('says what applying a manifest would do, and does nothing', async () => {
    const file = write('dry.yaml', manifest('dry'))
    assert.equal((await place.run(['apply', '-f', file, '--dry-run'])).stdout, 'dry would be created\n')
    assert.equal(await named('dry'), undefined)
    await place.run(['apply', '-f', file])
    assert.equal((await place.run(['cronjob', 'apply', '-f', file, '--dry-run'])).stdout, 'dry unchanged\n')
    write('dry.yaml', manifest('dry', 'concurrencyPolicy: Forbid'))
    assert.equal(
      (await place.run(['apply', '-f', file, '--dry-run'])).stdout,
      'dry would be changed\n  spec.concurrencyPolicy: "Allow" → "Forbid"\n',
    )
    assert.equal((await named('dry'))?.concurrencyPolicy, 'Allow')
    const forced = await place.run(['apply', '-f', file, '--force-conflicts'])
    assert.deepEqual([forced.code, /--force-conflicts: is for clusters/.test(forced.stderr)], [2, true])
    await place.run(['cronjob', 'delete', 'dry', '--yes'])
  })

  it('applies manifests: creates, leaves alone, changes back', async () => {
    const [a, b] = [write('a.yaml', manifest('a')), write('b.yaml', manifest('b', 'concurrencyPolicy: Forbid'))]
    const first = await place.run(['cronjob', 'apply', '-f', a, '-f', b])
    assert.deepEqual([first.code, first.stdout], [0, 'a created\nb created\n'])
    assert.match(first.stderr, /^cronjobs\/a\.yaml:1: image busybox:stable is ignored on local/m)
    const before = await named('b')
    assert.deepEqual(
      [before?.concurrencyPolicy, before?.environment, before?.timeZone],
      ['Forbid', { WORD: 'manifest' }, 'Europe/Berlin'],
    )
    write('b.yaml', manifest('b', 'startingDeadlineSeconds: 60'))
    const second = await place.json<Applied>('cronjob', 'apply', '-f', a, '-f', b)
    assert.deepEqual(
      second.items.map(({ action, cronJob }) => [cronJob.name, action, cronJob.concurrencyPolicy]),
      [
        ['a', 'unchanged', 'Allow'],
        ['b', 'changed', 'Allow'],
      ],
    )
    assert.equal(second.items[1]?.cronJob.startingDeadlineSeconds, 60)
    assert.match(second.items[0]?.warnings.join() ?? '', /is ignored on local/)
    const third = await place.run(['cronjob', 'apply', '-f', '-'], { input: manifest('b') })
    assert.deepEqual([third.code, third.stdout], [0, 'b changed\n'])
    assert.equal((await named('b'))?.startingDeadlineSeconds, undefined)
  })

  it('leaves everything as it is when one of the manifests is wrong, and names file and line', async () => {
    const broken = write('broken.yaml', manifest('broken').replace('batch/v1', 'batch/v2'))
    const fresh = write('fresh.yaml', manifest('fresh'))
    const [version, none, schedule] = await Promise.all([
      place.run(['cronjob', 'apply', '-f', fresh, '-f', broken]),
      place.run(['cronjob', 'apply', '-f', '-'], { input: 'kind: Service\n' }),
      place.run(['cronjob', 'apply', '-f', '-'], { input: manifest('late').replace('0 2 1 1 *', '0 25 1 1 *') }),
    ])
    assert.deepEqual([version.code, none.code, schedule.code], [2, 2, 2])
    assert.match(version.stderr, /cronjobs\/broken\.yaml:1: apiVersion: "batch\/v2" is not batch\/v1/)
    assert.match(none.stderr, /-: Service is left alone[^]*no CronJob is in -/)
    assert.match(schedule.stderr, /error: -:1: .*\(INVALID_SCHEDULE\)/)
    assert.equal(await named('fresh'), undefined)
  })

  it('creates a CronJob whose command is all that follows --', async () => {
    const created = await create(
      ...['hello', '-s', '0 3 1 1 *', '-z', 'Asia/Tokyo', '-e', 'WORD=one', '-e', 'OTHER=a=b', '--retries', '0'],
      ...['--concurrency-policy', 'Replace', '--starting-deadline', '90', '--active-deadline', '60', '--grace', '2'],
      ...['--keep-succeeded', '2', '--keep-failed', '0'],
      ...['--', 'sh', '-c', 'echo "$WORD $OTHER $1 $2"; pwd', 'sh', '-e', '--json'],
    )
    const { id: _id, projectId: _project, createdAt: _created, updatedAt: _updated, ...rest } = created
    assert.ok(rest.nextExecutionAt?.endsWith('-12-31T18:00:00.000Z'), rest.nextExecutionAt)
    assert.deepEqual(rest, {
      type: 'cronjob',
      name: 'hello',
      schedule: '0 3 1 1 *',
      timeZone: 'Asia/Tokyo',
      command: ['sh', '-c', 'echo "$WORD $OTHER $1 $2"; pwd', 'sh', '-e', '--json'],
      args: [],
      environment: { WORD: 'one', OTHER: 'a=b' },
      secrets: [],
      concurrencyPolicy: 'Replace',
      suspend: false,
      startingDeadlineSeconds: 90,
      activeDeadlineSeconds: 60,
      backoffLimit: 0,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 0,
      terminationGracePeriodSeconds: 2,
      active: 0,
      recentExecutions: [],
      nextExecutionAt: rest.nextExecutionAt,
    })
  })

  it("writes this machine's zone into a CronJob without one, and warns of what is probably wrong", async () => {
    const { code, stdout, stderr } = await place.run(
      ['cronjob', 'create', 'never', '-s', '0 0 30 2 *', '--suspend', '--', 'true'],
      { env: { TZ: 'Pacific/Auckland' } },
    )
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^CronJob: +never\nSchedule: +0 0 30 2 \* Pacific\/Auckland\nNext run: +suspended\n$/)
    assert.match(stderr, /^warning: .*never/im)
    assert.equal((await named('never'))?.timeZone, 'Pacific/Auckland')
  })

  it('refuses a CronJob that has no command, two targets, a taken name or a payload that is not JSON', async () => {
    const attempts = [
      [['x', '-s', '@hourly'], 2, /command: is missing/],
      [['x', '-s', '@hourly', '--function', 'nobody', '--', 'true'], 4, /No function "nobody"/],
      [['hello', '-s', '@hourly', '--', 'true'], 5, /hello/],
      [['x', '-s', '@hourly', '--function', 'f', '--payload', '{'], 2, /--payload: is not JSON/],
    ] as const
    await Promise.all(
      attempts.map(async ([args, code, message]) => {
        const ended = await place.run(['cronjob', 'create', ...args])
        assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr)
        assert.match(ended.stderr, message)
      }),
    )
  })

  it('runs one by hand and follows it to its end', async () => {
    const [text, json] = await Promise.all([
      place.run(['cronjob', 'trigger', 'hello', '--follow']),
      place.json<CronJobExecution>('cronjob', 'trigger', 'hello'),
    ])
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, new RegExp(`^-- .* started\\.\none a=b -e --json\n${place.folder}\n-- `))
    assert.match(text.stderr, /The run ended: succeeded\./)
    assert.deepEqual([json.status, json.trigger], ['running', 'manual'])
    assert.match(json.jobName, /^hello-/)
  })

  it('exits with 7 when the run that it follows fails', async () => {
    await create('failing', '-s', '0 0 1 1 *', '--retries', '0', '--', 'sh', '-c', 'echo oops >&2; exit 3')
    const { code, stdout, stderr } = await place.run(['cronjob', 'trigger', 'failing', '--follow', '--json'])
    assert.equal(code, 7)
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as LogLine)
    assert.ok(lines.some(({ stream, text }) => stream === 'stderr' && text === 'oops'))
    const error = JSON.parse(stderr) as { code: string; error: string; details: { exitCode: number } }
    assert.deepEqual([error.code, error.details.exitCode], ['FUNCTION_FAILED', 3])
    assert.match(error.error, /^failing-\S+ failed: The command exited with code 3\.$/)
  })

  it('tells two runs apart that write at once, and stops both', async () => {
    await create('twins', '-s', '0 0 1 1 *', '--active-deadline', '600', '--', 'sh', '-c', 'echo up; cat; sleep 300')
    await place.run(['cronjob', 'update', 'twins', '--active-deadline', 'none'])
    assert.equal((await named('twins'))?.activeDeadlineSeconds, undefined)
    for (const _ of [1, 2]) await place.run(['cronjob', 'trigger', 'twins'])
    const stopped = await place.run(['cronjob', 'stop', 'twins'])
    assert.match(stopped.stdout, /^(twins-\S+ failed: .*\n){2}$/)
    assert.equal((await place.run(['cronjob', 'stop', 'twins'])).stdout, 'No run of twins is in progress.\n')
    const { stdout } = await place.run(['cronjob', 'logs', 'twins'])
    assert.match(stdout, /^-- twins-\S+ goes on:$/m)
  })

  it('gives one run other arguments and variables, and no image on this machine', async () => {
    const changed = await place.run([
      'cronjob',
      'trigger',
      'hello',
      '-f',
      '--arg=--more',
      '--arg',
      'b c',
      '-e',
      'WORD=two',
    ])
    assert.equal(changed.code, 0, changed.stderr)
    // What it was created with after -- is its command: arguments follow it.
    assert.match(changed.stdout, /^two a=b -e --json$/m)
    await create('words', '-s', '0 0 1 1 *', '--', 'printf', '%s,')
    const words = await place.run(['cronjob', 'trigger', 'words', '-f', '--arg=--more', '--arg', 'b c'])
    assert.match(words.stdout, /^--more,b c,$/m)
    const image = await place.run(['cronjob', 'trigger', 'words', '--image', 'busybox'])
    assert.equal(image.code, 2)
    assert.match(image.stderr, /image: a run on this machine is a process of it and has no image\./)
  })

  it('does something to several CronJobs, and says which of them failed', async () => {
    await create('one', '-s', '0 0 1 1 *', '--', 'true')
    await create('two', '-s', '0 0 1 1 *', '--', 'true')
    const unknown = await place.run(['cronjob', 'suspend', 'one', 'nobody'])
    assert.deepEqual([unknown.code, unknown.stdout, (await named('one'))?.suspend], [4, '', false])
    const suspended = await place.run(['cronjob', 'suspend', 'one', 'two', 'one'])
    assert.deepEqual([suspended.code, suspended.stdout], [0, 'Suspended one.\nSuspended two.\n'])
    const resumed = await place.json<{ items: { name: string; result: CronJob }[] }>('cronjob', 'resume', 'one', 'two')
    assert.deepEqual(
      resumed.items.map(({ name, result }) => [name, result.suspend]),
      [
        ['one', false],
        ['two', false],
      ],
    )
    const image = await place.run(['cronjob', 'trigger', 'one', 'two', '--image', 'busybox'])
    assert.deepEqual([image.code, image.stdout], [2, ''])
    assert.match(image.stderr, /2 of 2 CronJobs were not started\. .*\none: image: .*\ntwo: image: /)
    const followed = await place.run(['cronjob', 'trigger', 'one', 'two', '--follow'])
    assert.equal(followed.code, 2)
    assert.match(followed.stderr, /--follow: is for one CronJob/)
    const fn = await place.run(['cronjob', 'delete', 'one', 'two', '--yes'])
    assert.equal(fn.stdout, 'Deleted one.\nDeleted two.\n')
  })

  it('shows what it would create or change, and does nothing', async () => {
    const words = ['dry', '-s', '0 4 1 1 *', '-z', 'UTC', '-e', 'A=1', '--dry-run']
    const yaml = await place.run(['cronjob', 'create', ...words, '--', 'echo', 'a b'])
    assert.equal(yaml.code, 0, yaml.stderr)
    assert.match(yaml.stdout, /^apiVersion: batch\/v1\nkind: CronJob\n[^]*schedule: 0 4 1 1 \*\n[^]*- a b\n/)
    assert.equal(await named('dry'), undefined)
    const json = await place.run(['cronjob', 'create', ...words, '-o', 'json', '--', 'true'])
    assert.equal((JSON.parse(json.stdout) as { kind: string }).kind, 'CronJob')
    await create('wet', '-s', '0 4 1 1 *', '-z', 'UTC', '-e', 'A=1', '-e', 'B=2', '--secret', 'C=c/d', '--', 'true')
    const change = ['cronjob', 'update', 'wet', '-s', '0 5 1 1 *', '-e', 'A=3', '--unset', 'B', '--unset', 'C']
    const dry = await place.run([...change, '--dry-run'])
    assert.equal(dry.code, 0, dry.stderr)
    assert.match(dry.stdout, /^wet would be changed\n  spec\.schedule: "0 4 1 1 \*" → "0 5 1 1 \*"\n  spec\.\S+\.env: /)
    const same = await place.run(['cronjob', 'update', 'wet', '-e', 'A=1', '--dry-run'])
    assert.deepEqual([same.code, same.stdout], [0, 'wet unchanged\n'])
    const whole = await place.run([...change, '--dry-run', '-o', 'yaml'])
    assert.match(whole.stdout, /^apiVersion: batch\/v1\n[^]*schedule: 0 5 1 1 \*\n/)
    const preview = await place.json<CronJobPreview>(...change, '--dry-run')
    assert.match(JSON.stringify(preview.present), /"0 4 1 1 \*".*"B"/)
    assert.match(JSON.stringify(preview.manifest), /"0 5 1 1 \*".*"env":\[\{"name":"A","value":"3"\}\]/)
    assert.equal((await named('wet'))?.schedule, '0 4 1 1 *')
    const changed = await place.json<CronJob>(...change, '--secret', 'A=c/d', '--', 'echo', '-n')
    assert.deepEqual(
      [changed.schedule, changed.timeZone, changed.environment, changed.secrets, changed.command],
      ['0 5 1 1 *', 'UTC', {}, [{ name: 'A', from: 'c/d' }], ['echo', '-n']],
    )
    const refusals = [
      [['cronjob', 'update', 'wet'], 2, /No change is named/],
      [['cronjob', 'update', 'wet', '--unset', 'NONE'], 4, /has no variable "NONE"/],
      [['cronjob', 'update', 'wet', '--retries', '1', '-o', 'json'], 2, /--output: is the format of --dry-run/],
      [['cronjob', 'create', 'wet', '-s', '@daily', '--dry-run', '--', 'true'], 5, /has a CronJob named "wet" already/],
    ] as const
    for (const [args, code, message] of refusals) {
      const refused = await place.run(args)
      assert.deepEqual([refused.code, refused.stdout], [code, ''])
      assert.match(refused.stderr, message)
    }
  })

  it('names commands, and makes CronJobs of them', async () => {
    const command = await place.json<Application>(
      ...[
        'application',
        'create',
        'say',
        '-e',
        'WHO=world',
        '-e',
        'HOW=loud',
        '--',
        'sh',
        '-c',
        'echo "$WHO $HOW $1"',
        'sh',
      ],
    )
    assert.deepEqual(
      [command.type, command.kind, command.environment],
      ['stateless', 'Command', { WHO: 'world', HOW: 'loud' }],
    )
    const listed = await place.run(['app', 'ls'])
    assert.match(listed.stdout, /^KIND +NAME +IMAGE +COMMAND\nCommand +say +- +sh -c echo/)
    assert.match(listed.stdout, /^CronJob +hello /m)
    const made = await create('said', '-s', '@yearly', '--template', 'say', '-e', 'HOW=softly', '--retries', '0')
    assert.deepEqual([made.templateAppId, made.environment], [command.id, { WHO: 'world', HOW: 'softly' }])
    const run = await place.run(['cronjob', 'trigger', 'said', '--follow', '--arg', 'again'])
    assert.match(run.stdout, /^world softly again$/m)
    await create('say', '-s', '@yearly', '--', 'true')
    const two = await place.run(['cronjob', 'create', 'x', '-s', '@yearly', '--template', 'say'])
    assert.equal(two.code, 5)
    assert.match(two.stderr, /command\/say, cronjob\/say/)
    const twice = await place.run(['application', 'create', 'say', '--', 'true'])
    assert.deepEqual([twice.code, /named command named "say" already/.test(twice.stderr)], [5, true])
    const job = await place.run(['application', 'delete', 'cronjob/hello', '--yes'])
    assert.match(job.stderr, /cronjob\/hello is no named command/)
    const deleted = await place.run(['application', 'delete', 'command/say', '--yes'])
    assert.equal(deleted.stdout, 'Deleted say.\n')
    assert.equal((await named('said'))?.templateAppId, command.id)
  })

  it('runs again what a run did', async () => {
    const ledger = await place.json<Ledger>('cronjob', 'history', 'failing')
    const id = ledger.items[0]?.execution?.id ?? ''
    const again = await place.json<CronJobExecution>('cronjob', 'trigger', 'failing', '--retry-of', id)
    assert.deepEqual([again.trigger, again.retryOf], ['retry', id])
    const [changed] = (await place.json<Ledger>('cronjob', 'history', 'words')).items
    const repeated = ['cronjob', 'trigger', 'words', '-f', '--retry-of', changed?.execution?.id ?? '']
    assert.match((await place.run(repeated)).stdout, /^--more,b c,$/m)
    assert.match((await place.run(['cronjob', 'history', 'words'])).stdout, / retry \(args\)/)
    const unknown = await place.run(['cronjob', 'trigger', 'failing', '--retry-of', again.applicationId])
    assert.equal(unknown.code, 2)
  })

  it('lists CronJobs with their last and next runs', async () => {
    const { stdout } = await place.run(['cj', 'ls'])
    assert.match(stdout, /^NAME +SCHEDULE +TIME ZONE +SUSPEND +ACTIVE +LAST RUN +NEXT RUN\n/)
    assert.match(stdout, /^failing +0 0 1 1 \* .* no +\d +(failed|running) .* ago +in \d+ d$/m)
    assert.match(stdout, /^never +0 0 30 2 \* +Pacific\/Auckland +yes +0 +- +-$/m)
  })

  it('shows the history, all of it or by outcome', async () => {
    // A followed run has ended, so the history has its end.
    await place.run(['cronjob', 'trigger', 'failing', '--follow'])
    const [text, none, limited] = await Promise.all([
      place.run(['cronjob', 'history', 'failing', '--outcome', 'failed', '--days', '2']),
      place.run(['cronjob', 'history', 'failing', '--outcome', 'succeeded']),
      place.json<Ledger>('cronjob', 'history', 'failing', '--limit', '1'),
    ])
    assert.match(text.stdout, /^SCHEDULED +OUTCOME +LATE +TOOK +TRIGGER +CAUSE\n/)
    assert.match(text.stdout, /failed +- +\S+ \S+ +manual +The command exited with code 3\.\n/)
    assert.match(text.stdout, /\n\n.*\d failed/)
    assert.match(none.stdout, /^Nothing happened since /)
    assert.equal(limited.items.length, 1)
    assert.ok(limited.nextCursor)
  })

  it('shows the log of all runs, or of one', async () => {
    const { items } = await place.json<Ledger>('cronjob', 'history', 'failing')
    const id = items.at(-1)?.execution?.id ?? ''
    const [all, one, tail, found, notFound] = await Promise.all([
      place.run(['cronjob', 'logs', 'failing', '--json']),
      place.run(['cronjob', 'logs', 'failing', '--execution', id, '--json']),
      place.run(['cronjob', 'logs', 'failing', '--tail', '1', '--timestamps']),
      place.run(['cronjob', 'logs', 'failing', '--grep', 'FAILED:', '--ignore-case', '--tail', '1']),
      place.run(['cronjob', 'logs', 'failing', '--grep', 'FAILED:']),
    ])
    assert.match(found.stdout, /^-- failing-\S+ failed: .*\n$/)
    assert.equal(notFound.stdout, '')
    const idsIn = (text: string) =>
      new Set(
        text
          .trim()
          .split('\n')
          .map(line => (JSON.parse(line) as LogLine).executionId),
      )
    assert.equal(idsIn(all.stdout).size, items.length)
    assert.deepEqual([...idsIn(one.stdout)], [id])
    assert.match(tail.stdout, /^\d{4}-\S+Z -- failing-\S+ failed: .*\n$/)
  })

  it('gives a run the secrets that its CronJob names', async () => {
    await place.run(['secret', 'set', 'mail', 'key'], { input: 's3cret' })
    const job = await create(
      ...['sealed', '-s', '0 0 1 1 *', '--secret', 'KEY=mail/key', '--', 'sh', '-c', 'printf %s "$KEY" > key.txt'],
    )
    assert.deepEqual(job.secrets, [{ name: 'KEY', from: 'mail/key' }])
    assert.equal((await place.run(['cronjob', 'trigger', 'sealed', '--follow'])).code, 0)
    assert.equal(readFileSync(join(place.folder, 'key.txt'), 'utf8'), 's3cret')
  })

  it('calls a function on a schedule', async () => {
    writeFileSync(
      join(place.folder, 'count.mjs'),
      'export const handler = event => { console.log("got", event.n); return event }\n',
    )
    assert.equal((await place.run(['deploy', 'count.mjs'])).code, 0)
    const job = await create('counting', '-s', '@yearly', '--function', 'count', '--payload', '{"n": 1}')
    assert.deepEqual([job.payload, job.command], [{ n: 1 }, undefined])
    const { code, stderr } = await place.run(['cronjob', 'trigger', 'counting', '--follow'])
    assert.equal(code, 0, stderr)
    assert.match((await place.run(['logs', 'count'])).stdout, /^got 1$/m)
    const both = await place.run(['cronjob', 'trigger', 'counting', 'hello', '-e', 'WORD=three'])
    assert.equal(both.code, 2)
    assert.match(both.stdout, /^Started hello-\S+ \(.*\)\.\n$/)
    assert.match(both.stderr, /1 of 2 CronJobs were not started\..*\ncounting: environment: is nothing that a call/)
  })

  it('suspends, and says on resume what starts at once, or skips it', async () => {
    await create('often', '-s', '* * * * *', '--', 'true')
    assert.equal((await place.run(['cronjob', 'suspend', 'often'])).stdout, 'Suspended often.\n')
    const job = await named('often')
    assert.deepEqual([job?.suspend, job?.nextExecutionAt], [true, undefined])
    const { code, stdout } = await place.run(['cronjob', 'resume', 'often', '--skip-missed'])
    assert.equal(code, 0)
    assert.match(stdout, /^Resumed often; next run in \d+ (m?s|min)\.\n$/)
  })

  it('deletes a CronJob only when it is told that it may', async () => {
    const asked = await place.run(['cronjob', 'delete', 'often'])
    assert.equal(asked.code, 2)
    assert.match(asked.stderr, /Delete often with its runs and logs\?.* Nobody can answer here\.[^]*Add --yes/)
    assert.equal((await place.run(['cronjob', 'delete', 'often', '--yes'])).stdout, 'Deleted often.\n')
    const gone = await place.run(['cronjob', 'trigger', 'often', '--json'])
    assert.deepEqual([gone.code, (JSON.parse(gone.stderr) as { code: string }).code], [4, 'NOT_FOUND'])
  })
})
