// Checks what comes from the process that holds the handler: code of the function can reach the descriptor, too.
import { MalformedFrame } from '../frames.mjs'

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
const texts = {
  ready: [],
  log: ['stream', 'text'],
  result: ['id'],
  chunk: ['id'],
  end: ['id'],
  error: ['id', 'code', 'type', 'message', 'stack'],
}

const refuse = (frame, field) => {
  throw new MalformedFrame(`a ${frame.t} frame with a wrong "${field}"`)
}

function readStatus(frame) {
  const { status = 200 } = frame
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : refuse(frame, 'status')
}

function readHeaders(frame) {
  const given = frame.headers ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) refuse(frame, 'headers')
  const headers = {}
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase()
    const isFine = [value].flat().every(one => typeof one === 'string' && headerValue.test(one))
    if (!isFine || !headerName.test(key)) refuse(frame, 'headers')
    if (!reserved.has(key)) headers[key] = value
  }
  return headers
}

/** The frame with what may be relied on. Throws MalformedFrame. */
export function readFrame(frame) {
  const fields = texts[frame.t]
  if (fields === undefined) throw new MalformedFrame(`a frame of the unknown type ${JSON.stringify(frame.t)}`)
  for (const field of fields) if (typeof frame[field] !== 'string') refuse(frame, field)
  return frame.t === 'result' ? { ...frame, status: readStatus(frame), headers: readHeaders(frame) } : frame
}
