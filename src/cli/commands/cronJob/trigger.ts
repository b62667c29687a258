import type { Command } from 'commander'
import { HksError } from '../../../contract/errors.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { printLogs } from '../../printLogs.ts'
import { cronJobNamed } from '../../resources.ts'

interface Options {
  readonly follow?: boolean
  readonly retryOf?: string
}

/** `cronjob trigger` */
export function addTrigger(cronJob: Command, run: Run): void {
  cronJob
    .command('trigger <cronjob>')
    .description('start a run by hand')
    .option('-f, --follow', 'follow its log; the exit code is 7 when the run fails')
    .option('--retry-of <execution>', 'run again what this run did')
    .addHelpText('after', examples('hks-func cronjob trigger nightly --follow'))
    .action((name: string, options: Options, command: Command) =>
      run(command, context => trigger(context, name, options)),
    )
}

async function trigger(context: Context, name: string, options: Options): Promise<void> {
  const job = await cronJobNamed(context, name)
  const client = await context.client()
  const { signal } = context
  const execution = await client.call('triggerCronJob', {
    params: { id: job.id },
    body: options.retryOf === undefined ? {} : { retryOf: options.retryOf },
    signal,
  })
  if (!options.follow) return context.out.result(execution, () => `Started ${execution.jobName} (${execution.id}).`)
  await printLogs(context, { kind: 'execution', id: job.id, execId: execution.id }, { follow: true })
  const ended = await client.call('getExecution', { params: { id: job.id, execId: execution.id }, signal })
  if (ended.status !== 'failed') return
  const cause = ended.cause ?? ended.reason ?? 'no cause is known'
  throw new HksError('FUNCTION_FAILED', `${ended.jobName} failed: ${cause}`, {
    details: { executionId: ended.id, exitCode: ended.exitCode },
  })
}
