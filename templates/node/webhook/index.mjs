import { createHmac, timingSafeEqual } from 'node:crypto'

if (process.env.WEBHOOK_SECRET === undefined) console.warn('WEBHOOK_SECRET is not set, so signatures are not checked')

/**
 * Takes a CloudEvent (its data is `event`, its attributes are `context.cloudEvent`) or any other JSON that is posted.
 * `context.response(status, headers, body)` answers with a status and headers of your own.
 */
export async function handler(event, context) {
  const { request, cloudEvent } = context
  if (request.method !== 'POST') {
    return context.response(405, { Allow: 'POST' }, { error: `${request.method} is not supported; use POST` })
  }
  if (!isSigned(request)) {
    return context.response(401, {}, { error: 'the X-Hub-Signature-256 of the body is missing or wrong' })
  }
  if (event === null || typeof event !== 'object' || event instanceof Uint8Array) {
    return context.response(400, {}, { error: 'expected a JSON object with Content-Type application/json' })
  }
  const type = cloudEvent?.type ?? request.query.type?.[0] ?? 'unknown'
  console.log(`received ${type} from ${cloudEvent?.source ?? 'a webhook'}`)
  await store(type, event)
  return context.response(202, { 'X-Event-Id': cloudEvent?.id ?? context.invocationId }, { accepted: type })
}

/** Whether the sender knows the secret: it signs the bytes of the body, so they are checked before they are trusted. */
function isSigned({ headers, body }) {
  const secret = process.env.WEBHOOK_SECRET
  // An empty secret is a mistake, which must not let everybody in.
  if (!secret) return secret === undefined
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(String(headers['x-hub-signature-256'] ?? ''))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Your own work. An exception answers 500; most senders then try again. */
async function store(type, data) {
  console.log(`${type}: ${Object.keys(data).length} fields`)
}
