import type { PlatformCode } from '../../../domain/functionAnswer.ts'
import { type FrameHeader, MalformedFrame } from './frames.ts'

/** The protocol version that this gateway speaks. */
export const protocolVersion = 2

/** What a runtime says first. */
export interface ReadyFrame {
  readonly t: 'ready'
  readonly version: number
  readonly pid: number
  /** Where it waits for a debugger; of a process that is debugged. */
  readonly debugger?: DebuggerAddress
}

/** Where a debugger attaches; `url` is the inspector's. */
export interface DebuggerAddress {
  readonly host: string
  readonly port: number
  readonly url?: string
}

/** One line that the function printed. `time` is epoch milliseconds with a fraction. */
export interface LogFrame {
  readonly t: 'log'
  readonly stream: 'stdout' | 'stderr'
  readonly time: number
  readonly text: string
  readonly invocationId?: string
  readonly truncated?: number
}

/** A load that succeeded, or the answer to a call. */
export interface ResultFrame {
  readonly t: 'result'
  readonly id: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** The body comes in chunks behind it. */
  readonly stream: boolean
}

/** Bytes of an answer that comes bit by bit. */
export interface ChunkFrame {
  readonly t: 'chunk'
  readonly id: string
}

/** The end of an answer that came bit by bit. */
export interface EndFrame {
  readonly t: 'end'
  readonly id: string
}

/** A load or a call that failed. */
export interface ErrorFrame {
  readonly t: 'error'
  readonly id: string
  readonly code: string
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** Every frame that a runtime sends. */
export type RuntimeFrame = ReadyFrame | LogFrame | ResultFrame | ChunkFrame | EndFrame | ErrorFrame

/** Codes of a call's error frame, and the product's code for each. */
export const callErrorCodes: Readonly<Record<string, PlatformCode>> = {
  FUNCTION_FAILED: 'FUNCTION_FAILED',
  RESULT_INVALID: 'RESULT_INVALID',
  EVENT_INVALID: 'EVENT_INVALID',
  LOAD_FAILED: 'FUNCTION_UNAVAILABLE',
  SOURCE_INVALID: 'FUNCTION_UNAVAILABLE',
  HANDLER_NOT_FOUND: 'FUNCTION_UNAVAILABLE',
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
/** They frame the message or speak for the platform. */
const reserved = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'hks-error',
  'hks-invocation-id',
  'hks-revision',
])

/** Checks a frame of a runtime: user code can reach the descriptor too. @throws MalformedFrame */
export function parseRuntimeFrame(header: FrameHeader): RuntimeFrame {
  const fail = (field: string): never => {
    throw new MalformedFrame(`a ${header.t} frame with a wrong "${field}"`)
  }
  const text = (field: string): string => {
    const value = header[field]
    return typeof value === 'string' ? value : fail(field)
  }
  const count = (field: string): number => {
    const value = header[field]
    return typeof value === 'number' && Number.isFinite(value) ? value : fail(field)
  }
  const debuggerOf = (field: string): DebuggerAddress => {
    const { host, port, url } = Object(header[field]) as Readonly<Record<keyof DebuggerAddress, unknown>>
    if (typeof host !== 'string' || typeof port !== 'number') return fail(field)
    return { host, port, ...(typeof url === 'string' && { url }) }
  }
  const optional = <T>(field: string, read: (field: string) => T) =>
    header[field] === undefined || header[field] === null ? {} : { [field]: read(field) }
  switch (header.t) {
    case 'ready':
      return { t: 'ready', version: count('version'), pid: count('pid'), ...optional('debugger', debuggerOf) }
    case 'log':
      return {
        t: 'log',
        stream: header.stream === 'err' ? 'stderr' : 'stdout',
        time: count('time'),
        text: text('text'),
        ...optional('invocationId', text),
        ...optional('truncated', count),
      }
    case 'result':
      return {
        t: 'result',
        id: text('id'),
        status: header.status === undefined ? 200 : statusOr(header.status, fail),
        headers: readHeaders(header.headers ?? {}, fail),
        stream: header.stream === true,
      }
    case 'chunk':
    case 'end':
      return { t: header.t, id: text('id') }
    case 'error':
      return {
        t: 'error',
        id: text('id'),
        code: text('code'),
        type: text('type'),
        message: text('message'),
        stack: text('stack'),
        ...optional('file', text),
        ...optional('line', count),
        ...optional('column', count),
      }
    default:
      throw new MalformedFrame(`a frame of the unknown type ${JSON.stringify(header.t)}`)
  }
}

type Fail = (field: string) => never

function statusOr(value: unknown, fail: Fail): number {
  const isStatus = typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
  return isStatus ? value : fail('status')
}

function readHeaders(value: unknown, fail: Fail): ResultFrame['headers'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('headers')
  const headers: Record<string, string | readonly string[]> = {}
  const checked = (one: unknown): string => (typeof one === 'string' && headerValue.test(one) ? one : fail('headers'))
  for (const [name, given] of Object.entries(value)) {
    const key = name.toLowerCase()
    if (!headerName.test(key)) fail('headers')
    const sent = Array.isArray(given) ? given.map(checked) : checked(given)
    if (!reserved.has(key)) headers[key] = sent
  }
  return headers
}
