import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import type { CronJob } from '../../../contract/cronJobs.ts'
import type { TriggerRequest } from '../../../contract/executions.ts'
import { HksError, invalidField } from '../../../contract/errors.ts'
import type { Context, Run } from '../../context.ts'
import { forEach } from '../../forEach.ts'
import { examples } from '../../help.ts'
import { assignment, gathered } from '../../optionValues.ts'
import { printLogs } from '../../printLogs.ts'
import { cronJobsNamed } from '../../resources.ts'

interface Options {
  readonly follow?: boolean
  readonly retryOf?: string
  readonly arg?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly image?: string
}

/** `cronjob trigger` */
export function addTrigger(cronJob: Command, run: Run): void {
  cronJob
    .command('trigger <cronjobs...>')
    .description('start a run by hand')
    .option('-f, --follow', 'follow its log; the exit code is 7 when the run fails')
    .option(
      '--retry-of <execution>',
      'run again what this run did, with its arguments, variables and image unless others are given',
    )
    .option('--arg <arg>', 'argument in place of those of the CronJob, for this run; repeatable', gathered)
    .option('-e, --env <NAME=VALUE>', 'environment variable of this run; repeatable', assignment)
    .option('--image <image>', 'image of this run, in a cluster')
    .addHelpText(
      'after',
      examples(
        'hks-func cronjob trigger nightly --follow',
        'hks-func cronjob trigger nightly --arg=--full --arg /srv -e LEVEL=debug',
        'hks-func cronjob trigger nightly hourly',
      ),
    )
    .action((names: string[], options: Options, command: Command) =>
      run(command, context => trigger(context, names, options)),
    )
}

async function trigger(context: Context, names: readonly string[], options: Options): Promise<void> {
  const jobs = await cronJobsNamed(context, names)
  const [only] = jobs
  for (const [option, value] of [
    ['--follow', options.follow],
    ['--retry-of', options.retryOf],
  ] as const) {
    if (value !== undefined && jobs.length > 1)
      throw invalidField(option, value, 'is for one CronJob, not for several.')
  }
  if (options.follow && only) return runAndFollow(context, only, bodyOf(options))
  const client = await context.client()
  await forEach(context, jobs, {
    plural: 'CronJobs',
    undone: 'not started',
    act: ({ id }) => client.call('triggerCronJob', { params: { id }, body: bodyOf(options), signal: context.signal }),
    text: ({ jobName, id }) => `Started ${jobName} (${id}).`,
  })
}

const bodyOf = ({ retryOf, arg, env, image }: Options): TriggerRequest =>
  defined({ retryOf, args: arg && [...arg], environment: env && { ...env }, image })

async function runAndFollow(context: Context, { id }: CronJob, body: TriggerRequest): Promise<void> {
  const client = await context.client()
  const { signal } = context
  const execution = await client.call('triggerCronJob', { params: { id }, body, signal })
  await printLogs(context, { kind: 'execution', id, execId: execution.id }, { follow: true }, 'start')
  // It may be another gateway that told the end.
  const teller = await context.client()
  const ended = await teller.call('getExecution', { params: { id, execId: execution.id }, signal })
  if (ended.status !== 'failed') return
  const cause = ended.cause ?? ended.reason ?? 'no cause is known'
  throw new HksError('FUNCTION_FAILED', `${ended.jobName} failed: ${cause}`, {
    details: { executionId: ended.id, exitCode: ended.exitCode },
  })
}
