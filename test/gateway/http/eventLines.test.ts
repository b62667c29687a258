import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { eventLines } from '../../../src/gateway/http/eventLines.ts'

const reported: unknown[] = []
const lines = (run: (tell: (event: object) => void) => Promise<void>) =>
  eventLines<object>({ run, failed: ({ code }) => ({ failed: code }), report: error => reported.push(error) })
async function read(stream: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const line of stream) text += line
  return text
}

describe('events as lines', () => {
  it('come one by one while the work goes on', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stream = await lines(async tell => {
      tell({ step: 1 })
      await promise
      tell({ step: 2 })
    })
    assert.equal((await stream.next()).value, '{"step":1}\n')
    resolve()
    assert.equal(await read(stream), '{"step":2}\n')
  })

  it('throw what fails before the first of them, and end with what fails later', async () => {
    const failure = new HksError('CONFLICT', 'busy')
    await assert.rejects(
      lines(() => Promise.reject(failure)),
      failure,
    )
    const stream = await lines(async tell => {
      tell({ step: 1 })
      await Promise.resolve()
      throw failure
    })
    assert.equal(await read(stream), '{"step":1}\n{"failed":"CONFLICT"}\n')
    assert.deepEqual(reported, [])
  })

  it('report what nobody foresaw', async () => {
    const stream = await lines(async tell => {
      tell({})
      await Promise.resolve()
      throw new Error('a fault')
    })
    assert.equal(await read(stream), '{}\n{"failed":"INTERNAL"}\n')
    assert.equal(((reported[0] as Error).cause as Error).message, 'a fault')
  })

  it('are none where the work tells nothing', async () => {
    assert.equal(await read(await lines(() => Promise.resolve())), '')
  })
})
