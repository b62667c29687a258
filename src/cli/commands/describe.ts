import type { Command } from 'commander'
import { HksError } from '../../contract/errors.ts'
import type { Function, FunctionWay } from '../../contract/functions.ts'
import type { Invocation } from '../../contract/invocations.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { invocationHeadings, invocationRow } from '../invocationTexts.ts'
import { facts, table } from '../output/table.ts'
import { relative } from '../output/time.ts'
import { functionNamed } from '../resources.ts'

/** Calls shown. */
const lastCalls = 5

/** `describe`: all about one function. */
export function addDescribe(program: Command, run: Run): void {
  program
    .command('describe <function>')
    .description('show a function with its revisions and last calls')
    .addHelpText('after', examples('hks-func describe greet'))
    .action((name: string, _options: object, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const client = await context.client()
        const query = { limit: lastCalls }
        const calls = await client.call('listInvocations', { params: { id: fn.id }, query, signal: context.signal })
        const now = context.now()
        const access = fn.revision > 0 ? await accessTo(context, fn) : undefined
        context.out.result({ ...fn, ...(access && { access }), invocations: calls.items }, () =>
          [
            settingsOf(fn, access?.message),
            revisionsOf(fn, now),
            ...(calls.items.length === 0 ? [] : [callsOf(calls.items, now)]),
          ].join('\n\n'),
        )
      }),
    )
}

/** Which way leads to the function, or why none does; its token is not told here. */
async function accessTo(context: Context, { id }: Function): Promise<{ way?: FunctionWay; message: string }> {
  const client = await context.client()
  try {
    const { way, message } = await client.call('getFunctionAccess', { params: { id }, signal: context.signal })
    return { way, message }
  } catch (error) {
    if (error instanceof HksError && error.code === 'FUNCTION_UNAVAILABLE') return { message: error.message }
    throw error
  }
}

const settingsOf = (fn: Function, reached: string | undefined): string =>
  facts([
    ['Name', fn.name],
    ['Id', fn.id],
    ['Description', fn.description],
    ['Image', fn.image],
    [
      'Runtime',
      fn.image === undefined
        ? `${[fn.runtime, fn.runtimeVersion].filter(Boolean).join(' ')}, handler ${fn.handler}`
        : undefined,
    ],
    ['Status', fn.debugging ? `${withReason(fn)}; calls go to a process that is debugged` : withReason(fn)],
    ['Replicas', fn.replicas === 0 ? '0 (scaled to zero)' : String(fn.replicas)],
    ['URL', `${fn.url}${fn.public ? ' (public)' : ''}`],
    ['Reached', reached],
    ['Profile', fn.profile],
    ['Network', fn.allowedHosts === undefined ? fn.network : `${fn.network}: ${fn.allowedHosts.join(', ')}`],
    ['Timeout', `${fn.timeout} s`],
    ['Scaling', scalingOf(fn.scaling)],
    ['Resources', resourcesOf(fn.resources)],
    ['Environment', orNothing(Object.entries(fn.environment).map(([name, value]) => `${name}=${value}`))],
    ['Secrets', orNothing(fn.secrets.map(({ name, from }) => `${name} from ${from}`))],
  ])

const scalingOf = ({ minScale, maxScale, containerConcurrency }: Function['scaling']): string => {
  const most = maxScale === undefined ? `at least ${minScale}` : `${minScale} to ${maxScale}`
  return `${most} processes, ${containerConcurrency} calls at once in each`
}

const resourcesOf = ({ memory, cpuSeconds }: Function['resources']): string =>
  cpuSeconds === undefined ? memory : `${memory}, ${cpuSeconds} s of processor time a call`

const revisionsOf = (fn: Function, now: number): string =>
  table(
    ['revision', 'traffic', 'status', 'deployed', 'source'],
    fn.revisions.map(revision => [
      String(revision.number),
      `${revision.percent} %`,
      withReason(revision),
      relative(revision.createdAt, now),
      revision.sourceDigest.slice(0, 12),
    ]),
  )

const callsOf = (calls: readonly Invocation[], now: number): string =>
  table(
    invocationHeadings,
    calls.map(call => invocationRow(call, now)),
  )

const withReason = ({ status, reason }: { readonly status: string; readonly reason?: string }): string =>
  reason === undefined ? status : `${status}: ${reason}`

const orNothing = (parts: readonly string[]): string | undefined => (parts.length === 0 ? undefined : parts.join(', '))
