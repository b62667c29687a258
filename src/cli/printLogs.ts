import { followLogs, type LogTarget } from '../client/followLogs.ts'
import type { LogLine, LogQuery } from '../contract/logs.ts'
import { InvalidArgumentError, type Command } from 'commander'
import type { Context } from './context.ts'
import { wholeNumber } from './program.ts'

/** Options of every command that shows a log. */
export interface LogOptions {
  readonly follow?: boolean
  readonly since?: string
  readonly tail?: number
  readonly timestamps?: boolean
}

/** Adds the options of a log to a command. */
export const withLogOptions = (command: Command): Command =>
  command
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--since <time>', 'RFC 3339 instant, or a span such as 90s, 10m, 2h, 1d', since)
    .option('--tail <n>', 'only the last lines', wholeNumber(0))
    .option('-t, --timestamps', 'begin each line with its time')

/** Prints a log: what is stored, and with `--follow` what comes. */
export async function printLogs(context: Context, target: LogTarget, options: LogOptions): Promise<void> {
  const query: LogQuery = {
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.tail === undefined ? {} : { tail: options.tail }),
  }
  if (!options.follow) return printStored(context, target, query, options)
  const onCut = (error: Error) => context.out.say(`(${error.message} Resuming …)`)
  for await (const batch of followLogs(context.client, target, { query, signal: context.signal, onCut })) {
    if ('end' in batch) context.out.say(batch.end)
    else batch.lines.forEach(line => print(context, line, options))
  }
}

async function printStored(context: Context, target: LogTarget, query: LogQuery, options: LogOptions): Promise<void> {
  let page = await read(context, target, query)
  for (;;) {
    page.items.forEach(line => print(context, line, options))
    const last = page.items.at(-1)
    if (!page.more || !last || query.tail !== undefined) break
    page = await read(context, target, { after: last.seq })
  }
  if (page.end !== undefined) context.out.say(page.end)
}

async function read({ client, signal }: Context, target: LogTarget, query: LogQuery) {
  const gateway = await client()
  const ask = { query: { limit: 10_000, ...query }, signal }
  switch (target.kind) {
    case 'cronJob':
      return gateway.call('getCronJobLogs', { params: { id: target.id }, ...ask })
    case 'execution':
      return gateway.call('getExecutionLogs', { params: { id: target.id, execId: target.execId }, ...ask })
    case 'function':
      return gateway.call('getFunctionLogs', { params: { id: target.id }, ...ask })
  }
}

function print({ out }: Context, line: LogLine, options: LogOptions): void {
  out.record(line, () => {
    const time = options.timestamps ? `${out.colors.dim(line.time)} ` : ''
    if (line.stream === 'system') return `${time}${out.colors.dim(`-- ${line.text}`)}`
    return `${time}${line.stream === 'stderr' ? out.colors.yellow(line.text) : line.text}`
  })
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function since(text: string): string {
  const span = /^(\d+)([smhd])$/.exec(text)
  if (span) return new Date(Date.now() - Number(span[1]) * (units[span[2] ?? 's'] ?? 0)).toISOString()
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError(`"${text}" is neither an instant nor a span.`)
  return new Date(text).toISOString()
}
