// What a handler gets as its first argument, from the bytes and headers of a request.
import { PlatformFailure } from './failure.mjs'

// The handler may replace what it finds in JSON.
const { parse } = JSON
const requiredAttributes = ['specversion', 'id', 'source', 'type']

const invalid = (message, cause) => {
  throw new PlatformFailure('EVENT_INVALID', cause === undefined ? message : `${message}: ${cause.message}`)
}

const first = value => (Array.isArray(value) ? value[0] : value)

/** `Text/Plain; charset="UTF-8"` as `{type: 'text/plain', charset: 'utf-8'}`. */
function parseContentType(value) {
  const [type = '', ...parameters] = String(first(value) ?? '').split(';')
  const charset = parameters.map(p => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(p)?.[1]).find(Boolean)
  return { type: type.trim().toLowerCase(), charset: charset?.toLowerCase() ?? 'utf-8' }
}

function parseJson(body, type) {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    return invalid(`the request body is not valid JSON, though its Content-Type is ${type}`, cause)
  }
}

function decodeText(body, charset) {
  if (charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return new TextDecoder().decode(body)
  if (charset === 'iso-8859-1' || charset === 'latin1') return body.toString('latin1')
  return body
}

function decodeBody(body, contentType) {
  if (body.length === 0) return null
  const { type, charset } = parseContentType(contentType)
  if (type === 'application/json' || type.endsWith('+json')) return parseJson(body, type)
  return type.startsWith('text/') ? decodeText(body, charset) : body
}

function checkAttributes(attributes) {
  const missing = requiredAttributes.filter(name => typeof attributes[name] !== 'string' || attributes[name] === '')
  if (missing.length > 0) invalid(`the request is a CloudEvent without ${missing.join(', ')}`)
  return attributes
}

/** Percent-encoding of the CloudEvents HTTP binding, section 3.1.3.2; what is not an encoding stays as it is. */
function decodeAttribute(value) {
  return value.replace(/(?:%[0-9a-f]{2})+/gi, encoded => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

function readBinary(headers, body) {
  const attributes = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-')) attributes[name.slice(3)] = decodeAttribute(String(first(value)))
  }
  if (headers['content-type'] !== undefined) attributes.datacontenttype = first(headers['content-type'])
  return { event: decodeBody(body, headers['content-type']), cloudEvent: checkAttributes(attributes) }
}

function readStructured(body, type) {
  const envelope = body.length === 0 ? null : parseJson(body, type)
  if (envelope === null || typeof envelope !== 'object' || Array.isArray(envelope))
    invalid('the request is a CloudEvent that is not a JSON object')
  const { data, data_base64: encoded, ...attributes } = envelope
  checkAttributes(attributes)
  if (encoded === undefined) return { event: data ?? null, cloudEvent: attributes }
  if (typeof encoded !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0)
    invalid('data_base64 of the CloudEvent is not base64')
  return { event: Buffer.from(encoded, 'base64'), cloudEvent: attributes }
}

/**
 * `{event, cloudEvent}` of a request: JSON is parsed, an empty body is null, text is a string, all else bytes; the
 * data of a CloudEvent, whose attributes are then in `cloudEvent` (else null). Throws EVENT_INVALID.
 */
export function readEvent(headers, body) {
  const { type } = parseContentType(headers['content-type'])
  if (type === 'application/cloudevents+json') return readStructured(body, type)
  if (headers['ce-specversion'] !== undefined) return readBinary(headers, body)
  return { event: decodeBody(body, headers['content-type']), cloudEvent: null }
}
