import type { FunctionAccess } from '../../contract/functions.ts'

/** A command for a POSIX shell that calls a function with a JSON payload. */
export function curlCommand(access: FunctionAccess, payload: string): string {
  const headers = Object.entries({ ...access.headers, 'Content-Type': 'application/json' })
  return [
    `curl -sS ${quoted(access.url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(payload)}`,
  ].join(' \\\n  ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
