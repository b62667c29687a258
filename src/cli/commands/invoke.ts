import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { defined } from '../../base/defined.ts'
import { HksError } from '../../contract/errors.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { mediaType } from '../optionValues.ts'
import { readAll } from '../readAll.ts'
import { showAsItComes, throwFailure } from '../showAnswer.ts'
import { functionNamed } from '../resources.ts'

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
    .description('call a function; its answer goes to stdout as it is')
    .addOption(new Option('-d, --data <text>', 'body of the call; - reads standard input').conflicts('file'))
    .option('-f, --file <file>', 'file with the body')
    .option(
      '-c, --content-type <type>',
      'type of the body (default: application/json; with --file by its name)',
      mediaType,
    )
    .option('--async', 'do not wait: print the id of the call, whose answer is kept for a day')
    .addHelpText(
      'after',
      examples(
        `hks-func invoke greet --data '{"name": "Ada"}'`,
        `hks-func invoke report --async`,
        'hks-func invoke resize --file cat.png --content-type image/png > small.png',
      ),
    )
    .action((name: string, options: Options, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const { body, contentType } = await readBody(context, options)
        const client = await context.client()
        const answer = await client.invokeStream(fn.id, body, {
          ...defined({ contentType, prefer: options.async ? ('respond-async' as const) : undefined }),
          signal: context.signal,
        })
        throwFailure(await showAsItComes(context, answer), fn.name)
      }),
    )
}

const typeByExtension: Readonly<Record<string, string>> = { '.json': 'application/json', '.txt': 'text/plain' }

async function readBody(
  { cwd, stdin, signal }: Context,
  { data, file, contentType }: Options,
): Promise<{ readonly body: Uint8Array; readonly contentType: string | undefined }> {
  if (file !== undefined) {
    const body = await readFile(resolve(cwd, file)).catch((cause: unknown) => {
      throw new HksError('NOT_FOUND', `--file: ${resolve(cwd, file)} cannot be read.`, { cause })
    })
    return { body, contentType: contentType ?? typeByExtension[extname(file)] ?? 'application/octet-stream' }
  }
  if (data === undefined) return { body: new Uint8Array(), contentType }
  const body = data === '-' ? await readAll(stdin, signal) : Buffer.from(data)
  return { body, contentType: contentType ?? 'application/json' }
}
