import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRunMask } from '../../../../../src/gateway/providers/kubernetes/logs/runMask.ts'
import { keepPod } from '../../../../../src/gateway/providers/kubernetes/runs/keepObjects.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { eventually } from '../../../../support/eventually.ts'
import { kubePod } from '../objects.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

const from = (name: string, key: string) => ({ name: 'PW', valueFrom: { secretKeyRef: { name, key } } })
/** A pod with variables of its own, as the cache holds it. */
const podWith = (...env: readonly ReturnType<typeof from>[]) =>
  keepPod(kubePod({}, { containers: [{ name: 'main', image: 'report:1', env }] }))
const encoded = (data: Readonly<Record<string, string>>) => ({
  metadata: { name: 'db' },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
})

/** A mask whose Secrets a server answers, and what it reported. */
async function openMask(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const stack = new AsyncDisposableStack()
  const server = stack.use(await wireServer(answer))
  const client = stack.use(await wireClient(server.url))
  const clock = createFakeClock('2026-03-02T10:00:00Z')
  const reported: unknown[] = []
  const abort = new AbortController()
  const report = (error: unknown) => void reported.push(error)
  const mask = createRunMask({ client, namespace: 'shop', clock, report })
  return {
    of: (pod = podWith(from('db', 'password')), startedAt = -Infinity) => mask.of(pod, startedAt, abort.signal),
    hide: mask.hide,
    requests: server.requests,
    ...{ clock, abort, reported },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

describe('the mask of a run', () => {
  it('hides what containers and init containers get by env and envFrom, and no other key', async () => {
    const data = { password: 'hunter2', other: 'visible', token: 'tok-1234' }
    await using mask = await openMask(({ url }, response) =>
      answerJson(response, 200, encoded(url!.endsWith('/all') ? { a: 'first-a', b: 'second-b\n' } : data)),
    )
    const pod = keepPod(
      kubePod(
        {},
        {
          initContainers: [{ name: 'prepare', image: 'report:1', env: [from('db', 'token')] }],
          containers: [
            { name: 'main', env: [{ name: 'PLAIN', value: 'plainly' }, from('db', 'password')] },
            { name: 'proxy', envFrom: [{ secretRef: { name: 'all' } }] },
          ],
        },
      ),
    )
    const hide = await mask.of(pod)
    assert.equal(hide('hunter2 visible tok-1234 first-a second-b plainly'), '*** visible *** *** *** plainly')
    assert.deepEqual(mask.requests.toSorted(), [
      'GET /api/v1/namespaces/shop/secrets/all',
      'GET /api/v1/namespaces/shop/secrets/db',
    ])
  })

  it('asks for nothing where no container names a Secret', async () => {
    await using mask = await openMask((_request, response) => answerStatus(response, 500, 'InternalError'))
    const hide = await mask.of(kubePod({}, { containers: [{ name: 'main', env: [{ name: 'A', value: 'hunter2' }] }] }))
    assert.equal(hide('hunter2'), 'hunter2')
    assert.equal(await mask.hide('hunter2'), 'hunter2')
    assert.deepEqual(mask.requests, [])
  })

  it('reads a Secret once for all containers that had started, and again for one that starts later', async () => {
    let value = 'first-value'
    await using mask = await openMask((_request, response) => answerJson(response, 200, encoded({ password: value })))
    const { clock } = mask
    const early = clock.now() - 1000
    await Promise.all([mask.of(undefined, early), mask.of(undefined, early)])
    const first = await mask.of(undefined, early)
    assert.equal(mask.requests.length, 1)
    value = 'second-value'
    await clock.advanceTo(clock.now() + 20_000)
    const second = await mask.of(undefined, clock.now() - 1000)
    assert.equal(mask.requests.length, 2)
    assert.equal(first('first-value second-value'), '*** second-value')
    assert.equal(second('first-value second-value'), '*** ***')
  })

  it('hides nothing of a Secret that is gone or may not be read, and goes on', async () => {
    for (const [status, reason] of [
      [404, 'NotFound'],
      [403, 'Forbidden'],
    ] as const) {
      await using mask = await openMask(({ url }, response) =>
        url!.endsWith('/db')
          ? answerStatus(response, status, reason)
          : answerJson(response, 200, encoded({ k: 'seen-value' })),
      )
      const hide = await mask.of(podWith(from('db', 'password'), from('mail', 'k')))
      assert.equal(hide('hunter2 seen-value'), 'hunter2 ***')
      assert.equal(mask.requests.length, 2)
      assert.deepEqual(mask.reported, [])
    }
  })

  it('tries again when the API server fails, a few times, and then says why it hides nothing', async () => {
    let failures = 2
    await using mask = await openMask((_request, response) =>
      failures-- > 0
        ? answerStatus(response, 500, 'InternalError')
        : answerJson(response, 200, encoded({ password: 'hunter2' })),
    )
    const pass = async (hiding: Promise<unknown>) => {
      let isDone = false
      void hiding.then(() => (isDone = true))
      await eventually(async () => {
        await mask.clock.advanceTo(mask.clock.now() + 10_000)
        assert.ok(isDone)
      })
    }
    const hiding = mask.of()
    await pass(hiding)
    assert.equal((await hiding)('hunter2'), '***')
    assert.deepEqual(mask.reported, [])
    failures = Infinity
    const late = mask.of(podWith(from('other', 'password')))
    await pass(late)
    assert.equal(mask.reported.length, 1)
    assert.equal(mask.requests.length, 3 + 4)
  })

  it('ends with the run while the cluster is away', async () => {
    await using mask = await openMask((_request, response) => void response.destroy())
    const hiding = mask.of()
    await eventually(() => assert.ok(mask.clock.waiting() > 0))
    mask.abort.abort()
    await hiding
    assert.deepEqual(mask.reported, [])
    assert.equal(mask.clock.waiting(), 0)
  })
})
