import assert from 'node:assert/strict'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { eventually } from '../../../../support/eventually.ts'
import { shiftedClock } from '../../../../support/shiftedClock.ts'

const minute = 60_000

describe('a gateway whose clock differs from that of the cluster', function () {
  this.timeout(240_000)

  /** Runs a CronJob of every minute once, and asks a gateway for what it knows. */
  const look = async (cluster: ClusterGateway, aheadMs: number) => {
    const { client, projectId, image } = cluster
    const began = Date.now()
    const body = { projectId, image, name: 'each-minute', schedule: '* * * * *', command: ['echo', 'ran'] }
    const { id } = await client().call('createCronJob', { body })
    const params = { id }
    const ledger = await eventually(async () => {
      const found = await client().call('getLedger', { params, query: {} })
      assert.ok(
        found.items.some(({ execution }) => execution?.status === 'succeeded'),
        JSON.stringify(found.items),
      )
      return found
    }, 120_000)
    await client().call('updateCronJob', { params, body: { suspend: true } })
    assert.deepEqual([...new Set(ledger.items.map(({ outcome }) => outcome))], ['ran'])
    const run = ledger.items.at(-1)!.execution!
    const nominal = Date.parse(run.scheduledAt!)
    assert.ok(nominal >= began - minute && nominal <= Date.now(), run.scheduledAt)
    const { items } = await client().call('getExecutionLogs', { params: { id, execId: run.id }, query: {} })
    // Also what the gateway itself says of it.
    for (const { time } of items) assert.ok(Math.abs(Date.parse(time) - nominal) < minute, JSON.stringify(items))

    const connection = (await client().call('listConnections', {})).items.find(({ kind }) => kind === 'kubernetes')!
    const report = await client().call('testConnection', { params: { id: connection.id } })
    assert.ok(Math.abs(report.clockAheadSeconds! * 1000 - aheadMs) < 3000, JSON.stringify(report))
  }

  it('shows each run at its time, and none as missed, five minutes ahead and five behind', async () => {
    const shifts = [5 * minute, -5 * minute]
    const looked = await Promise.allSettled(
      shifts.map(async aheadMs => {
        await using cluster = await openClusterGateway(undefined, { environment: shiftedClock(aheadMs) })
        await look(cluster, aheadMs)
      }),
    )
    for (const each of looked) if (each.status === 'rejected') throw each.reason
  })
})
