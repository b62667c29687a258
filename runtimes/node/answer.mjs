// What a handler returned, as the status, headers and bytes to answer with.
import { iteratorOf } from './answerStream.mjs'
import { PlatformFailure, wordsOf } from './failure.mjs'
import { toJson } from './jsonValue.mjs'

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Bytes that HTTP allows in a value: tab, and Latin-1 without control characters.
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
// They frame the message, which is the platform's business; proxied answers often carry them along.
const framing = new Set(['connection', 'content-length', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
// More than any client takes.
const longestHeaders = 65_536
const bodiless = new Set([204, 205, 304])

/** Marks what `response` made: a class of our own, so that no other object is taken for it. */
class Answer {
  constructor(status, headers, body) {
    this.status = status
    this.headers = headers
    this.body = body
  }
}

function checkHeaders(given) {
  const headers = {}
  let length = 0
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!headerName.test(name)) throw new TypeError(`response: ${JSON.stringify(name)} is not a header name`)
    const values = (Array.isArray(value) ? value : [value]).map(one => {
      const text = typeof one === 'number' ? String(one) : one
      if (typeof text !== 'string' || !headerValue.test(text)) {
        throw new TypeError(`response: the value of header ${name} must be a string of characters that HTTP allows`)
      }
      return text
    })
    const key = name.toLowerCase()
    if (!framing.has(key)) headers[key] = Array.isArray(value) ? values : values[0]
    length += key.length + values.reduce((sum, text) => sum + text.length, 0)
  }
  if (length > longestHeaders) throw new TypeError(`response: the headers are longer than ${longestHeaders} bytes`)
  return headers
}

/** `context.response`: the only way to answer other than with a JSON value. Throws TypeError for what HTTP can't carry. */
export function response(status = 200, headers = {}, body = null) {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    const given = typeof status === 'string' ? JSON.stringify(status) : wordsOf(status)
    throw new TypeError(`response: status must be a whole number from 200 to 599, got ${given}`)
  }
  const hasBody = body !== null && body !== undefined && body !== ''
  if (bodiless.has(status) && hasBody) throw new TypeError(`response: an answer with status ${status} has no body`)
  return new Answer(status, checkHeaders(headers), body ?? null)
}

function encodeBody(body) {
  if (body === null) return { bytes: Buffer.alloc(0), type: undefined }
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain; charset=utf-8' }
  if (body instanceof ArrayBuffer) return { bytes: Buffer.from(body), type: 'application/octet-stream' }
  if (ArrayBuffer.isView(body)) {
    return { bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength), type: 'application/octet-stream' }
  }
  return { bytes: Buffer.from(toJson(body)), type: 'application/json' }
}

/**
 * Status, headers and bytes of a handler's result, or in place of the bytes the iterator that gives them bit by bit. Throws
 * RESULT_INVALID with the path of what is not JSON.
 */
export function encodeAnswer(result) {
  const isAnswer = result instanceof Answer
  const iterator = iteratorOf(isAnswer ? result.body : result)
  if (iterator !== undefined) {
    return { status: isAnswer ? result.status : 200, headers: isAnswer ? result.headers : {}, iterator }
  }
  if (!isAnswer) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(toJson(result)) }
  }
  const { bytes, type } = encodeBody(result.body)
  const headers =
    type === undefined || 'content-type' in result.headers
      ? result.headers
      : { ...result.headers, 'content-type': type }
  return { status: result.status, headers, body: bytes }
}

const MiB = 2 ** 20

/** Sends nothing that the gateway would not keep: it would hold up everything behind it. Throws RESULT_INVALID. */
export function refuseLarger({ body }, most = Number.POSITIVE_INFINITY) {
  if (body.length <= most) return
  const message = `The result has ${body.length} bytes; at most ${most / MiB} MiB can be answered.`
  throw new PlatformFailure('RESULT_INVALID', message)
}
