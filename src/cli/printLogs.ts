import type { Command } from 'commander'
import { defined } from '../base/defined.ts'
import { toInstant } from '../base/instant.ts'
import { followLogs, type LogTarget } from '../client/followLogs.ts'
import { createRunHeading, jobNameOf, type RunHeading } from '../client/runHeadings.ts'
import type { LogLine, LogPage, LogQuery } from '../contract/logs.ts'
import type { Context } from './context.ts'
import { createFollowerConnection, type FollowerConnection, type WhenGone } from './followerConnection.ts'
import { pastInstant, wholeNumber } from './optionValues.ts'

/** Options of every command that shows a log. */
export interface LogOptions {
  readonly follow?: boolean
  /** Epoch milliseconds. */
  readonly since?: number
  readonly tail?: number
  readonly grep?: string
  readonly ignoreCase?: boolean
  readonly timestamps?: boolean
}

/** Adds the options of a log to a command. */
export const withLogOptions = (command: Command): Command =>
  command
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--since <time>', 'RFC 3339 instant, or a span such as 90s, 10m, 2h, 1d', pastInstant)
    .option('--tail <n>', 'only the last lines', wholeNumber(0))
    .option('-g, --grep <text>', 'only lines that hold this text')
    .option('-i, --ignore-case', 'with --grep: find capital and small letters alike')
    .option('-t, --timestamps', 'begin each line with its time')
    .hook('preAction', asked => {
      const { grep, ignoreCase } = asked.opts<LogOptions>()
      if (ignoreCase && grep === undefined) asked.error("error: option '-i, --ignore-case' needs --grep")
    })

/**
 * Prints a log: what is stored, and with `--follow` what comes.
 * @throws HksError CANCELLED on Ctrl-C, GATEWAY_UNREACHABLE when the gateway is gone and none comes
 */
export async function printLogs(
  context: Context,
  target: LogTarget,
  options: LogOptions,
  whenGone: WhenGone = 'wait',
): Promise<void> {
  const query = defined({
    since: options.since === undefined ? undefined : toInstant(options.since),
    tail: options.tail,
    grep: options.grep,
    ignoreCase: options.ignoreCase,
  })
  const printer = printerOf(context, target, options)
  if (options.follow) await follow(context, target, query, createFollowerConnection(context, whenGone), printer)
  else await printStored(context, target, query, printer)
  context.signal.throwIfAborted()
}

async function follow(
  { out, signal }: Context,
  target: LogTarget,
  query: LogQuery,
  { client, received, ...told }: FollowerConnection,
  print: Printer,
): Promise<void> {
  for await (const batch of followLogs(client, target, { query, signal, ...told })) {
    received()
    if ('end' in batch) out.say(batch.end)
    else if ('gap' in batch) out.say(batch.gap)
    else await print(batch.lines)
  }
}

async function printStored(context: Context, target: LogTarget, query: LogQuery, print: Printer): Promise<void> {
  const { tail: _tail, ...conditions } = query
  let page = await read(context, target, query)
  for (;;) {
    if (page.gap !== undefined) context.out.say(page.gap.gap)
    await print(page.items)
    if (!page.more) break
    page = await read(context, target, { ...conditions, ...page.next })
  }
  if (page.end !== undefined) context.out.say(page.end)
}

async function read({ client, signal }: Context, target: LogTarget, query: LogQuery): Promise<LogPage> {
  const gateway = await client()
  const asked = { query: { limit: 10_000, ...query }, signal }
  switch (target.kind) {
    case 'cronJob':
      return gateway.call('getCronJobLogs', { params: { id: target.id }, ...asked })
    case 'execution':
      return gateway.call('getExecutionLogs', { params: { id: target.id, execId: target.execId }, ...asked })
    case 'function':
      return gateway.call('getFunctionLogs', { params: { id: target.id }, ...asked })
  }
}

type Printer = (lines: readonly LogLine[]) => Promise<void>

function printerOf({ out, client }: Context, target: LogTarget, { timestamps }: LogOptions): Printer {
  const heading: RunHeading =
    target.kind === 'cronJob' && out.format === 'text'
      ? createRunHeading(jobNameOf(client, target.id))
      : async () => undefined
  return async lines => {
    for (const line of lines) {
      const time = timestamps ? `${out.colors.dim(line.time)} ` : ''
      const jobName = await heading(line)
      const above = jobName === undefined ? '' : `${time}${out.colors.dim(`-- ${jobName} goes on:`)}\n`
      out.record(line, () => {
        if (line.stream === 'system') return `${above}${time}${out.colors.dim(`-- ${line.text}`)}`
        return `${above}${time}${line.stream === 'stderr' ? out.colors.yellow(line.text) : line.text}`
      })
    }
    await out.drained()
  }
}
