/**
 * Takes a CloudEvent (its data is `event`, its attributes are `context.cloudEvent`) or any other JSON that is posted.
 * `context.response(status, headers, body)` answers with a status and headers of your own.
 */
export async function handler(event, context) {
  const { request, cloudEvent } = context
  if (request.method !== 'POST') {
    return context.response(405, { Allow: 'POST' }, { error: `${request.method} is not supported; use POST` })
  }
  if (event === null || typeof event !== 'object' || event instanceof Uint8Array) {
    return context.response(400, {}, { error: 'expected a JSON object with Content-Type application/json' })
  }
  const type = cloudEvent?.type ?? request.query.type?.[0] ?? 'unknown'
  console.log(`received ${type} from ${cloudEvent?.source ?? 'a webhook'}`)
  await store(type, event)
  return context.response(202, { 'X-Event-Id': cloudEvent?.id ?? context.invocationId }, { accepted: type })
}

/** Your own work. An exception answers 500; most senders then try again. */
async function store(type, data) {
  console.log(`${type}: ${Object.keys(data).length} fields`)
}
