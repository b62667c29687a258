import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startTestGateway } from '../support/testGateway.ts'
import { runConformance } from './conformance.ts'

runConformance({
  name: 'local',
  skips: {},
  createProviderUnderTest: async () => {
    const folder = temporaryFolder()
    const workspace = join(folder.path, 'workspace')
    mkdirSync(workspace)
    const gateway = await startTestGateway(join(folder.path, 'home'))
    const { id } = await gateway.client.call('openProject', { body: { path: workspace } })
    return {
      client: gateway.client,
      projectId: id,
      sleep: seconds => ['sleep', String(seconds)],
      shell: script => ['sh', '-c', script],
      streams: 'apart',
      [Symbol.asyncDispose]: async () => {
        await gateway.stop()
        folder[Symbol.dispose]()
      },
    }
  },
})
