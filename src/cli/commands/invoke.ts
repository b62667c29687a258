import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { HksError } from '../../contract/errors.ts'
import type { InvokeResult } from '../../client/gatewayClient.ts'
import { type Context, functionNamed } from '../context.ts'
import { readAll } from '../readAll.ts'
import type { Run } from '../program.ts'

interface Options {
  readonly data?: string
  readonly file?: string
  readonly contentType?: string
  readonly async?: boolean
}

/** `invoke`: one call; the function's answer goes to stdout as it is. */
export function addInvoke(program: Command, run: Run): void {
  program
    .command('invoke <function>')
    .description('call a function')
    .option('-d, --data <text>', 'body of the call; - reads standard input')
    .option('-f, --file <file>', 'file with the body')
    .option('-c, --content-type <type>', 'type of the body (default: application/json, with --file by its name)')
    .option('--async', 'do not wait for the answer')
    .addHelpText(
      'after',
      '\nExamples:\n  $ hks-func invoke greet --data \'{"name": "Ada"}\'\n  $ hks-func invoke resize --file cat.png --content-type image/png > small.png',
    )
    .action((name: string, options: Options, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const { body, contentType } = await readBody(context, options)
        const answer = await (await context.client()).invoke(fn.id, body, {
          ...(contentType === undefined ? {} : { contentType }),
          ...(options.async ? { prefer: 'respond-async' as const } : {}),
          signal: context.signal,
        })
        show(context, answer)
      }),
    )
}

async function readBody(context: Context, options: Options): Promise<{ body: Uint8Array; contentType?: string }> {
  if (options.data !== undefined && options.file !== undefined) {
    throw new HksError('INVALID_REQUEST', '--data and --file: give one of them.')
  }
  if (options.file !== undefined) {
    const file = resolve(context.cwd, options.file)
    const body = await readFile(file).catch((cause: unknown) => {
      throw new HksError('NOT_FOUND', `--file: ${file} cannot be read.`, { cause })
    })
    const byName = file.endsWith('.json')
      ? 'application/json'
      : file.endsWith('.txt')
        ? 'text/plain'
        : 'application/octet-stream'
    return { body, contentType: options.contentType ?? byName }
  }
  if (options.data === undefined) return { body: new Uint8Array() }
  const body = options.data === '-' ? await readAll(context.stdin) : Buffer.from(options.data)
  return { body, contentType: options.contentType ?? 'application/json' }
}

function show(context: Context, answer: InvokeResult): void {
  const text = Buffer.from(answer.body).toString()
  if (context.out.format === 'json') {
    const { status, headers, invocationId, code } = answer
    context.out.result({ status, invocationId, code, headers, body: parsed(text) }, () => '')
  } else {
    context.out.bytes(answer.body)
    if (context.out.interactive && !text.endsWith('\n')) context.out.bytes(Buffer.from('\n'))
  }
  if (answer.code !== undefined) {
    const message = (parsed(text) as { error?: unknown } | null)?.error
    throw new HksError(answer.code, typeof message === 'string' ? message : `The call failed: ${answer.code}.`, {
      details: { status: answer.status, invocationId: answer.invocationId },
      hint: 'The log has more: hks-func logs FUNCTION.',
    })
  }
  if (answer.status >= 400) {
    throw new HksError('FUNCTION_FAILED', `The function answered ${answer.status}.`, {
      details: { status: answer.status, invocationId: answer.invocationId },
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the text itself is the body.
    return text
  }
}
