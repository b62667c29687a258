import Table from 'cli-table3'
import { createColors } from 'picocolors'
import { HksError } from '../../contract/errors.ts'

/** How a command speaks: data on stdout, everything for people on stderr. */
export interface Output {
  readonly format: 'text' | 'json'
  /** Whether a person reads stdout. */
  readonly interactive: boolean
  readonly colors: ReturnType<typeof createColors>
  /** The result: `value` with `--json`, else `text`. */
  result(value: unknown, text: () => string): void
  /** One record of a stream: a JSON line, or text. */
  record(value: unknown, text: () => string): void
  /** Bytes of an answer as they are. */
  bytes(data: Uint8Array): void
  /** A sentence for people; silent with `--json`. */
  say(sentence: string): void
  fail(error: HksError): void
}

/** Where an output writes. */
export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/** Speaks to the given streams. Colours only for a terminal and without NO_COLOR. */
export function createOutput(
  streams: OutputStreams,
  format: 'text' | 'json',
  env: Readonly<Record<string, string | undefined>>,
): Output {
  const interactive = streams.stdout.isTTY === true && format === 'text'
  const colored = (stream: { readonly isTTY?: boolean }) =>
    env['FORCE_COLOR'] !== undefined || (stream.isTTY === true && env['NO_COLOR'] === undefined)
  const colors = createColors(colored(streams.stdout))
  const errorColors = createColors(colored(streams.stderr))
  return {
    format,
    interactive,
    colors,
    result: (value, text) => {
      streams.stdout.write(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`)
    },
    record: (value, text) => {
      streams.stdout.write(format === 'json' ? `${JSON.stringify(value)}\n` : `${text()}\n`)
    },
    bytes: data => {
      streams.stdout.write(data)
    },
    say: sentence => {
      if (format === 'text') streams.stderr.write(`${sentence}\n`)
    },
    fail: error => {
      if (format === 'json') {
        const { message, code, details, hint } = error
        streams.stderr.write(`${JSON.stringify({ error: message, code, details, hint })}\n`)
        return
      }
      const [first = '', ...rest] = error.message.split('\n')
      const code = errorColors.dim(`(${error.code})`)
      streams.stderr.write([`${errorColors.red('error')} ${first} ${code}`, ...rest, ''].join('\n'))
      if (error.hint !== undefined) streams.stderr.write(`  ${error.hint}\n`)
    },
  }
}

/** Rows under headings, without lines between them. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const grid = new Table({
    head: headings.map(heading => heading.toUpperCase()),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  grid.push(...rows.map(row => [...row]))
  return grid
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
}

/** Names and values, one a line. */
export const facts = (pairs: readonly (readonly [string, string | undefined])[]): string => {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length)) + 2
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`).join('\n')
}
