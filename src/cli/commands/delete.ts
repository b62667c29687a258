import type { Command } from 'commander'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { Function } from '../../contract/functions.ts'
import { confirmLoss } from '../confirm.ts'
import type { Context, Run } from '../context.ts'
import { forEach } from '../forEach.ts'
import { examples } from '../help.ts'
import { cronJobsOf, functionsNamed } from '../resources.ts'

interface Options {
  readonly yes?: boolean
  readonly force?: boolean
}

/** `delete`: functions with their revisions, calls and logs. */
export function addDelete(program: Command, run: Run): void {
  program
    .command('delete <functions...>')
    .description('delete functions with their revisions and logs')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'also when CronJobs call them, whose runs fail then; do not ask')
    .addHelpText('after', examples('hks-func delete greet --yes', 'hks-func delete greet resize --force'))
    .action((names: string[], options: Options, command: Command) =>
      run(command, context => remove(context, names, options)),
    )
}

async function remove(context: Context, names: readonly string[], { yes = false, force = false }: Options) {
  const functions = await functionsNamed(context, names)
  const callers = await callersOf(context, functions)
  const isCalled = callers.size > 0
  await confirmLoss(context, { yes: yes || force }, question(functions, callers), isCalled ? '--force' : '--yes')
  const client = await context.client()
  await forEach(context, functions, {
    plural: 'functions',
    undone: 'not deleted',
    act: async ({ id }) => {
      // Who answered the question was told of the CronJobs; `--yes` was given before anybody knew.
      const query = { force: force || (!yes && callers.has(id)) }
      await client.call('deleteFunction', { params: { id }, query, signal: context.signal })
      return { deleted: id }
    },
    text: (_result, { name }) => `Deleted ${name}.`,
  })
}

/** The CronJobs that call each function, by its id; none for one that nobody calls. */
async function callersOf(
  context: Context,
  functions: readonly Function[],
): Promise<ReadonlyMap<string, readonly CronJob[]>> {
  const ids = new Set(functions.map(({ id }) => id))
  const projects = [...new Set(functions.map(({ projectId }) => projectId))]
  const jobs = (await Promise.all(projects.map(id => cronJobsOf(context, id)))).flat()
  return Map.groupBy(
    jobs.filter(({ functionId = '' }) => ids.has(functionId)),
    ({ functionId = '' }) => functionId,
  )
}

function question(functions: readonly Function[], callers: ReadonlyMap<string, readonly CronJob[]>): string {
  const names = functions.map(({ name }) => name).join(', ')
  const [only] = functions
  const what =
    only && functions.length === 1
      ? `the function ${names} with ${only.revisions.length === 1 ? 'its revision' : 'its revisions'} and log`
      : `the functions ${names} with their revisions and logs`
  return `Delete ${what}?${functions.map(fn => consequence(fn, callers.get(fn.id) ?? [], functions.length > 1)).join('')}`
}

function consequence({ name }: Function, callers: readonly CronJob[], isOneOfSeveral: boolean): string {
  const jobs = callers.map(job => job.name).join(', ')
  const called = isOneOfSeveral ? name : 'it'
  if (callers.length === 0) return ''
  return callers.length === 1
    ? ` The CronJob ${jobs} calls ${called} and will fail.`
    : ` The CronJobs ${jobs} call ${called} and will fail.`
}
