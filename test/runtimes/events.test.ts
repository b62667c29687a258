import assert from 'node:assert/strict'
import type { Answer, CallOptions, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime, loadRoutes } from '../support/runtimeLanguages.ts'

const json = { 'content-type': 'application/json' }
const read = ({ frame, body }: Answer): unknown => {
  assert.equal(frame.t, 'result', JSON.stringify(frame))
  return JSON.parse(body.toString())
}
const event = {
  'ce-specversion': '1.0',
  'ce-id': 'e-1',
  'ce-source': '/orders',
  'ce-type': 'order.placed',
}
const envelope = { specversion: '1.0', id: 'e-1', source: '/orders', type: 'order.placed' }

/** What the handler gets as its event, by kind and value; bytes as hex. */
const events: readonly (readonly [string, CallOptions, { kind: string; value: unknown }])[] = [
  ['JSON', { headers: json, body: '{"a":[1,null,"ü"]}' }, { kind: 'json', value: { a: [1, null, 'ü'] } }],
  ['JSON with a byte order mark', { headers: json, body: '\ufeff{"a":1}' }, { kind: 'json', value: { a: 1 } }],
  [
    'a type that ends in +json',
    { headers: { 'content-type': 'application/vnd.x+json; v=1' }, body: '[true]' },
    { kind: 'json', value: [true] },
  ],
  [
    'an upper-case type',
    { headers: { 'content-type': 'Application/JSON; charset=UTF-8' }, body: '7' },
    { kind: 'json', value: 7 },
  ],
  ['an empty body', { headers: json, body: '' }, { kind: 'null', value: null }],
  ['an empty body without a type', {}, { kind: 'null', value: null }],
  ['text', { headers: { 'content-type': 'text/plain' }, body: 'grüße' }, { kind: 'text', value: 'grüße' }],
  [
    'text that looks like JSON',
    { headers: { 'content-type': 'text/plain' }, body: '{"a":1}' },
    { kind: 'text', value: '{"a":1}' },
  ],
  [
    'Latin-1 text',
    { headers: { 'content-type': 'text/plain; charset="ISO-8859-1"' }, body: Buffer.from('ü', 'latin1') },
    { kind: 'text', value: 'ü' },
  ],
  [
    'text with broken UTF-8',
    { headers: { 'content-type': 'text/plain' }, body: Buffer.from([0x61, 0xff]) },
    { kind: 'text', value: 'a\ufffd' },
  ],
  [
    'text in another charset',
    { headers: { 'content-type': 'text/plain; charset=koi8-r' }, body: Buffer.from([0xc1]) },
    { kind: 'bytes', value: 'c1' },
  ],
  [
    'another type',
    { headers: { 'content-type': 'image/png' }, body: Buffer.from([0, 255, 10]) },
    { kind: 'bytes', value: '00ff0a' },
  ],
  ['a body without a type', { body: '{"a":1}' }, { kind: 'bytes', value: '7b2261223a317d' }],
  ['a binary CloudEvent', { headers: { ...event, ...json }, body: '{"n":1}' }, { kind: 'json', value: { n: 1 } }],
  [
    'a binary CloudEvent of text',
    { headers: { ...event, 'content-type': 'text/plain' }, body: 'x' },
    { kind: 'text', value: 'x' },
  ],
  [
    'a structured CloudEvent',
    { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify({ ...envelope, data: [1] }) },
    { kind: 'json', value: [1] },
  ],
  [
    'a structured CloudEvent of bytes',
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ ...envelope, data_base64: 'AP8=' }),
    },
    { kind: 'bytes', value: '00ff' },
  ],
  [
    'a structured CloudEvent without data',
    { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(envelope) },
    { kind: 'null', value: null },
  ],
]

const invalidEvents: readonly (readonly [string, CallOptions, RegExp])[] = [
  [
    'JSON that does not parse',
    { headers: json, body: '{"a":' },
    /^the request body is not valid JSON, though its Content-Type is application\/json: ./,
  ],
  ['NaN in JSON', { headers: json, body: '{"a":NaN}' }, /not valid JSON/],
  ['JSON that is not UTF-8', { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) }, /not valid JSON/],
  ['a binary CloudEvent without an id', { headers: { ...event, 'ce-id': '' } }, /is a CloudEvent without id$/],
  [
    'a structured CloudEvent without source and type',
    { headers: { 'content-type': 'application/cloudevents+json' }, body: '{"specversion":"1.0","id":"1"}' },
    /is a CloudEvent without source, type$/,
  ],
  [
    'a structured CloudEvent that is a list',
    { headers: { 'content-type': 'application/cloudevents+json' }, body: '[]' },
    /not a JSON object/,
  ],
  [
    'a structured CloudEvent with bad base64',
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ ...envelope, data_base64: '%%' }),
    },
    /not base64/,
  ],
]

describeEachRuntime('events and context', language => {
  let runtime: RuntimeClient

  before(async () => {
    runtime = await startRuntime(language)
    await loadRoutes(runtime, language)
  })
  after(() => runtime.stop())

  for (const [name, options, expected] of events) {
    it(`gives the handler ${name} as ${expected.kind}`, async () => {
      assert.deepEqual(read(await runtime.call({ path: '/event', ...options })), expected)
    })
  }

  for (const [name, options, message] of invalidEvents) {
    it(`refuses ${name} as EVENT_INVALID`, async () => {
      const { frame } = await runtime.call({ path: '/event', ...options })
      assert.equal(frame.t, 'error')
      assert.equal(frame.code, 'EVENT_INVALID')
      assert.equal(frame.type, 'EventInvalid')
      assert.match(String(frame.message), message)
    })
  }

  it('describes function, call and request in the context', async () => {
    const headers = { 'content-type': 'text/plain', 'x-many': ['a', 'b'] }
    const answer = await runtime.call({
      method: 'PUT',
      path: '/context',
      query: 'a=1&b=x%20y+z&a=2&c=&%zz=%ff',
      headers,
      invocationId: 'inv-9',
    })
    assert.deepEqual(read(answer), {
      functionName: 'under-test',
      revision: 7,
      invocationId: 'inv-9',
      hasTime: true,
      aborted: false,
      method: 'PUT',
      query: { a: ['1', '2'], b: ['x y z'], c: [''], '%zz': ['\ufffd'] },
      headers,
      cloudEvent: null,
    })
  })

  for (const [name, headers, body] of [
    ['JSON', json, '{ "a" : 1e2 }\r\n'],
    ['a structured CloudEvent', { 'content-type': 'application/cloudevents+json' }, JSON.stringify(envelope)],
    ['text in another charset', { 'content-type': 'text/plain; charset=latin1' }, Buffer.from([0xfc])],
    ['bytes', {}, Buffer.from([0, 255])],
    ['nothing', json, ''],
  ] as const) {
    it(`gives the bytes of ${name} as they arrived, and leaves them out of the request as JSON`, async () => {
      const answer = read(await runtime.call({ method: 'PUT', path: '/body', headers, body }))
      const request = { method: 'PUT', path: '/body', query: {}, headers }
      assert.deepEqual(answer, { bytes: Buffer.from(body).toString('hex'), isBytes: true, request })
    })
  }

  it('gives the attributes of a binary CloudEvent in the context', async () => {
    const headers = { ...event, 'ce-subject': 'caf%C3%A9 100%', 'ce-traceparent': '00-1', 'content-type': 'text/plain' }
    const { cloudEvent } = read(await runtime.call({ path: '/context', headers, body: 'x' })) as { cloudEvent: unknown }
    assert.deepEqual(cloudEvent, {
      ...envelope,
      subject: 'café 100%',
      traceparent: '00-1',
      datacontenttype: 'text/plain',
    })
  })

  it('gives the attributes of a structured CloudEvent in the context', async () => {
    const body = JSON.stringify({ ...envelope, subject: 'é', priority: 3, data: { n: 1 } })
    const answer = await runtime.call({
      path: '/context',
      headers: { 'content-type': 'application/cloudevents+json' },
      body,
    })
    assert.deepEqual((read(answer) as { cloudEvent: unknown }).cloudEvent, { ...envelope, subject: 'é', priority: 3 })
  })

  it('has no CloudEvent where ce-specversion is missing', async () => {
    const answer = await runtime.call({ path: '/context', headers: { 'ce-id': '1' } })
    assert.equal((read(answer) as { cloudEvent: unknown }).cloudEvent, null)
  })
})
