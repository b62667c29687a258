import { isUtf8 } from 'node:buffer'
import { basename, extname } from 'node:path'
import { HksError } from '../contract/errors.ts'

const pythonHandler = 'def handler(event, context): return "Hello"'
const nodeHandler = 'export function handler(event, context) { return "Hello" }'
const goHandler = 'func Handle(ctx *hks.Context, event any) (any, error) { return "Hello", nil }'
const handlers: Readonly<Record<string, string>> = { '.py': pythonHandler, '.go': goHandler }

/** Refuses what no gateway takes as a source file: nothing, and what is not UTF-8. @throws HksError INVALID_SOURCE */
export function refuseNoText(file: string, content: Uint8Array): void {
  const name = basename(file)
  if (content.length === 0) {
    const problem = `is empty; it needs a function such as ${handlers[extname(file)] ?? nodeHandler}`
    throw new HksError('INVALID_SOURCE', `${name} ${problem}`, { details: { file, line: 1, message: problem } })
  }
  if (isUtf8(content)) return
  const line = lineOfFault(content)
  const problem = 'is not UTF-8.'
  throw new HksError('INVALID_SOURCE', `${name}, line ${line}: ${problem}`, {
    details: { file, line, message: problem },
    hint: 'Save it as UTF-8.',
  })
}

/** From 1; no character of UTF-8 but the line feed itself has its byte in it. */
function lineOfFault(content: Uint8Array): number {
  let line = 1
  for (let start = 0; ; line++) {
    const end = content.indexOf(0x0a, start)
    if (end < 0 || !isUtf8(content.subarray(start, end))) return line
    start = end + 1
  }
}
