import assert from 'node:assert/strict'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'

const answering = (number: number) => `export const handler = () => ${number}`

describe('the traffic of a function on a cluster', function () {
  this.timeout(300_000)
  let rig: ClusterFunctionsRig
  before(async () => {
    rig = await openClusterFunctions()
  })
  after(() => rig[Symbol.asyncDispose]())

  const countsOf = async (id: string, calls: number) => {
    const counts = new Map<unknown, number>()
    const told: [number, unknown][] = []
    for (let at = 0; at < calls; at++) {
      const response = await rig.call(id)
      const answer = jsonOf(response)
      told.push([response.revision, answer])
      counts.set(answer, (counts.get(answer) ?? 0) + 1)
    }
    return Object.assign(counts, { told })
  }

  it('goes on without a failed call while revisions follow each other, is divided, tagged and led back', async () => {
    const { functions } = rig
    const { id } = await rig.deploy(answering(1))

    // A new revision, under calls that never stop.
    const seen: [number | undefined, number, unknown][] = []
    let isOver = false
    const calling = (async () => {
      while (!isOver) {
        const { status, code, body } = await rig.call(id)
        seen.push([undefined, status, code ?? JSON.parse(Buffer.from(body).toString())])
      }
    })()
    await rig.deploy(answering(2))
    isOver = true
    await calling
    assert.deepEqual(
      seen.filter(([, status]) => status !== 200),
      [],
    )
    assert.equal(seen[0]![2], 1)
    assert.equal(jsonOf(await rig.call(id)), 2)

    const half = await functions.setTraffic!(id, [
      { revision: 1, percent: 50, tag: 'old' },
      { revision: 2, percent: 50 },
    ])
    assert.deepEqual(
      half.revisions.map(({ number, percent, tag }) => [number, percent, tag]),
      [
        [2, 50, undefined],
        [1, 50, 'old'],
      ],
    )
    assert.match(half.revisions[1]!.tagUrl ?? '', /^http:\/\/old-/)
    const counts = await countsOf(id, 100)
    assert.ok(counts.told.every(([revision, answer]) => revision === answer))
    assert.ok(counts.get(1)! > 20 && counts.get(2)! > 20, JSON.stringify([...counts]))

    // Back to the first one; a deployment under a division takes all calls only when it is ready.
    await functions.setTraffic!(id, [{ revision: 1, percent: 100 }])
    assert.deepEqual([...(await countsOf(id, 5)).keys()], [1])
    await assert.rejects(rig.deploy('import "nowhere"'), (error: HksError) => error.code === 'DEPLOY_FAILED')
    assert.deepEqual([...(await countsOf(id, 5)).keys()], [1])
    const third = await rig.deploy(answering(3))
    assert.deepEqual([...(await countsOf(id, 5)).keys()], [3])
    assert.equal(third.serving, third.revisions[0]!.number)
    assert.deepEqual(rig.reported, [])
  })
})
