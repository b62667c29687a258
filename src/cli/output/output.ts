import { once } from 'node:events'
import { createColors } from 'picocolors'
import type { HksError } from '../../contract/errors.ts'

/** How a command speaks: data on stdout, everything for people on stderr. */
export interface Output {
  readonly format: Format
  /** Whether a person reads stdout. */
  readonly interactive: boolean
  /** Colours of stdout. */
  readonly colors: ReturnType<typeof createColors>
  /** The result: `value` with `--json`, else `text`. */
  result(value: unknown, text: () => string): void
  /** One record of a stream: a JSON line, or text. */
  record(value: unknown, text: () => string): void
  /** Bytes of an answer as they are. */
  bytes(data: Uint8Array): void
  /** Waits until the reader of stdout has taken enough: what is not read does not fill memory. */
  drained(): Promise<void>
  /** A sentence for people; silent with `--json`. */
  say(sentence: string): void
  fail(error: HksError): void
}

/** Text for people, or JSON for programs. */
export type Format = 'text' | 'json'

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly writableNeedDrain?: boolean }
type Environment = Readonly<Record<string, string | undefined>>

/** Speaks to the given streams. */
export function createOutput(
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
  format: Format,
  env: Environment,
): Output {
  const colors = createColors(hasColors(stdout, env))
  const write = (text: string) => stdout.write(`${text}\n`)
  return {
    format,
    interactive: stdout.isTTY === true && format === 'text',
    colors,
    result: (value, text) => void write(format === 'json' ? JSON.stringify(value, null, 2) : text()),
    record: (value, text) => void write(format === 'json' ? JSON.stringify(value) : text()),
    bytes: data => void stdout.write(data),
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain')
    },
    say: sentence => {
      if (format === 'text') stderr.write(`${sentence}\n`)
    },
    fail: error => void stderr.write(format === 'json' ? errorJson(error) : errorText(error, hasColors(stderr, env))),
  }
}

/** As https://no-color.org and https://force-color.org say, which count only variables that are not empty. */
function hasColors(stream: Stream, env: Environment): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

const errorJson = ({ message, code, details, hint }: HksError): string =>
  `${JSON.stringify({ error: message, code, details, hint })}\n`

function errorText({ message, code, hint }: HksError, colored: boolean): string {
  // The user knows: Ctrl-C is no fault.
  if (code === 'CANCELLED') return `${message}\n`
  const colors = createColors(colored)
  const [first = '', ...rest] = message.split('\n')
  const lines = [`${colors.red('error:')} ${first} ${colors.dim(`(${code})`)}`, ...rest]
  return [...lines, ...(hint === undefined ? [] : [`  ${hint}`]), ''].join('\n')
}
