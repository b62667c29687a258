import type { Payload } from '../../contract/functionInvoke.ts'
import type { FunctionAccess } from '../../contract/functions.ts'
import { bodyOf } from './payloads.ts'

/** A command for a POSIX shell that calls a function with a payload. */
export function curlCommand(access: Pick<FunctionAccess, 'url' | 'headers'>, payload: Payload): string {
  const { contentType } = bodyOf(payload)
  const type = contentType === undefined ? {} : { 'Content-Type': contentType }
  const headers = Object.entries({ ...access.headers, ...type })
  return [
    `curl -sS ${quoted(access.url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    // Raw: a text that begins with @ names no file.
    payload.kind === 'empty' ? '-X POST' : `--data-raw ${quoted(payload.text)}`,
  ].join(' \\\n  ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
