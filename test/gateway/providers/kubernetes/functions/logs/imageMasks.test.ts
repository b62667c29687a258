import assert from 'node:assert/strict'
import { createImageMasks } from '../../../../../../src/gateway/providers/kubernetes/functions/logs/imageMasks.ts'
import { annotations } from '../../../../../../src/gateway/providers/kubernetes/functions/objects/functionNames.ts'
import { createFakeClock } from '../../../../../support/fakeClock.ts'
import { kubePod } from '../../objects.ts'
import { wireClient } from '../../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../../support/wireServer.ts'

const podOf = (facts: object) => {
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'own', key: 'key' } } }]
  const pod = kubePod({}, { containers: [{ name: 'function', image: 'shop:1', env }] })
  const metadata = { ...pod.metadata, annotations: { [annotations.revision]: JSON.stringify(facts) } }
  return { ...pod, metadata }
}
const own = podOf({ number: 2, runtime: 'image', image: 'shop:1' })

async function openMasks(isAway = false) {
  const stack = new AsyncDisposableStack()
  const data = { key: Buffer.from('elephant').toString('base64') }
  const server = stack.use(
    await wireServer((_request, response) =>
      isAway
        ? answerStatus(response, 503, 'ServiceUnavailable')
        : answerJson(response, 200, { metadata: { name: 'own' }, data }),
    ),
  )
  const client = stack.use(await wireClient(server.url))
  const ending = new AbortController()
  stack.defer(() => ending.abort())
  const reported: unknown[] = []
  const masks = createImageMasks({
    ...{ client, namespace: 'shop', signal: ending.signal, clock: createFakeClock('2026-03-02T10:00:00Z') },
    report: error => void reported.push(error),
  })
  return { masks, server, reported, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() }
}

describe('the masks of images of their users', () => {
  const { signal } = new AbortController()

  it('hide what the Secrets of a pod say, whatever other revisions of the function run', async () => {
    await using open = await openMasks()
    const hide = await open.masks.of('f', own, 0, signal)
    assert.equal(hide?.('not elephant'), 'not ***')
  })

  it('are none for a program of ours, and read nothing', async () => {
    await using open = await openMasks()
    assert.equal(
      await open.masks.of('f', podOf({ number: 1, runtime: 'node', handler: 'index.handler' }), 0, signal),
      undefined,
    )
    assert.deepEqual(open.server.requests, [])
  })

  it('keep nobody who gives up from going on, and are read all the same', async () => {
    await using open = await openMasks(true)
    const giveUp = new AbortController()
    const waiting = open.masks.of('f', own, 0, giveUp.signal)
    const reason = new Error('cancelled')
    giveUp.abort(reason)
    await assert.rejects(waiting, reason)
    assert.deepEqual(open.reported, [])
  })
})
