import assert from 'node:assert/strict'
import { once } from 'node:events'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway } from '../../support/testGateway.ts'

describe('a gateway that is asked to stop at once', function () {
  this.timeout(60_000)

  it('answers first', async () => {
    using folder = temporaryFolder()
    const gateway = await startTestGateway(folder.path)
    const exit = once(gateway.process, 'exit')
    const status = await gateway.client.call('drainGateway', { body: { graceSeconds: 0 } })
    assert.equal(status.draining, true)
    assert.deepEqual(await exit, [0, null])
  })
})
