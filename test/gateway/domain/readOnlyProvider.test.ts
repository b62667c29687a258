import assert from 'node:assert/strict'
import type { ApplyOptions } from '../../../src/gateway/domain/manifest.ts'
import type { Provider } from '../../../src/gateway/domain/ports.ts'
import { refuseChanges } from '../../../src/gateway/domain/readOnlyProvider.ts'

/** A provider that tells what reached it. */
function tellingProvider() {
  const reached: string[] = []
  const tells = (name: string) => async () => void reached.push(name)
  const cronJobs = { list: tells('list'), remove: tells('remove'), applyManifest: tells('apply') }
  const provider = { cronJobs, executions: { trigger: tells('trigger') } } as unknown as Provider
  return { provider, reached }
}
const apply = (provider: Provider, options: ApplyOptions) => provider.cronJobs.applyManifest!('project', {}, options)

describe('a connection that is read-only', () => {
  it('refuses what would change something, and names the command that allows it', async () => {
    const { provider, reached } = tellingProvider()
    const guarded = refuseChanges(provider, () => 'kind')
    for (const change of [
      () => guarded.cronJobs.remove('id'),
      () => guarded.executions.trigger('id', {}),
      () => apply(guarded, { dryRun: false, forceConflicts: false }),
    ]) {
      await assert.rejects(change(), {
        code: 'FORBIDDEN',
        message: 'The connection "kind" is read-only.',
        hint: /hks-func connection set "kind" --no-read-only/,
      })
    }
    assert.deepEqual(reached, [])
  })

  it('shows what is there, and what applying a manifest would do', async () => {
    const { provider, reached } = tellingProvider()
    const guarded = refuseChanges(provider, () => 'kind')
    await guarded.cronJobs.list('project')
    await apply(guarded, { dryRun: true, forceConflicts: false })
    assert.deepEqual(reached, ['list', 'apply'])
  })

  it('allows everything again once it is not', async () => {
    const { provider, reached } = tellingProvider()
    await refuseChanges(provider, () => undefined).cronJobs.remove('id')
    assert.deepEqual(reached, ['remove'])
  })
})
