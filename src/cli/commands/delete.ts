import type { Command } from 'commander'
import type { CronJob } from '../../contract/cronJobs.ts'
import { confirmLoss } from '../confirm.ts'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { cronJobsOf, functionNamed } from '../resources.ts'

interface Options {
  readonly yes?: boolean
  readonly force?: boolean
}

/** `delete`: a function with its revisions, calls and log. */
export function addDelete(program: Command, run: Run): void {
  program
    .command('delete <function>')
    .description('delete a function with its revisions and log')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'also when CronJobs call it, whose runs fail then; do not ask')
    .addHelpText('after', examples('hks-func delete greet --yes', 'hks-func delete greet --force'))
    .action((name: string, options: Options, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const revisions = fn.revisions.length === 1 ? 'its revision' : 'its revisions'
        const callers = (await cronJobsOf(context, fn.projectId)).filter(job => job.functionId === fn.id)
        const { yes = false, force = false } = options
        const question = `Delete the function ${fn.name} with ${revisions} and log?${consequence(callers)}`
        await confirmLoss(context, { yes: yes || force }, question, callers.length === 0 ? '--yes' : '--force')
        const client = await context.client()
        // Who answered the question was told of the CronJobs; `--yes` was given before anybody knew.
        const query = { force: force || (!yes && callers.length > 0) }
        await client.call('deleteFunction', { params: { id: fn.id }, query, signal: context.signal })
        context.out.result({ deleted: fn.id }, () => `Deleted ${fn.name}.`)
      }),
    )
}

function consequence(callers: readonly CronJob[]): string {
  const names = callers.map(job => job.name).join(', ')
  if (callers.length === 0) return ''
  return callers.length === 1
    ? ` The CronJob ${names} calls it and will fail.`
    : ` The CronJobs ${names} call it and will fail.`
}
