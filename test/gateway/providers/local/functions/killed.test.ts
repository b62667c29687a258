import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { sweepOrphans } from '../../../../../src/gateway/platform/sweepOrphans.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

/** A line that the deployer prints. */
interface Said {
  readonly projectId?: string
  readonly name?: string
  readonly id?: string
  readonly acknowledged?: number
  readonly attempted?: number
}

const deployer = join(import.meta.dirname, 'deployer.ts')
const rounds = 10
/** After this many acknowledgements of a round, and up to so many milliseconds later, it is killed. */
const acknowledgements = 3
const longestWaitMs = 150

describe('local functions whose gateway is killed in the middle of deployments', function () {
  this.timeout(300_000)

  it('lose nothing that was acknowledged and leave no process, code or half-done revision', async () => {
    using folder = temporaryFolder()
    const homeId = randomUUID()
    let projectId = 'new'
    /** By the name of the function: what it must answer. */
    const last = new Map<string, { id?: string; acknowledged?: number; attempted?: number }>()
    for (let round = 0; round < rounds; round++) {
      const child = spawn(process.execPath, [deployer, folder.path, projectId, homeId], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = once(child, 'exit')
      let seen = 0
      for await (const line of createInterface({ input: child.stdout })) {
        const { projectId: opened, name, ...said } = JSON.parse(line) as Said
        if (opened !== undefined) projectId = opened
        if (name !== undefined) last.set(name, { ...last.get(name), ...said })
        if (said.acknowledged !== undefined && ++seen === acknowledgements) {
          setTimeout(() => child.kill('SIGKILL'), (round / rounds) * longestWaitMs)
        }
      }
      await exit
      await sweepOrphans(homeId, 0)
      assert.deepEqual(
        listProcesses().filter(entry => entry.homeId === homeId),
        [],
      )

      await using rig = await openLocalFunctions({ folder: folder.path, projectId })
      const records = await rig.functions.list(projectId)
      for (const record of records) {
        assert.notEqual(record.status, 'deploying')
        assert.ok(record.revisions.every(({ status }) => status !== 'deploying'))
        const { id, acknowledged, attempted } = last.get(record.spec.name)!
        if (acknowledged === undefined) continue
        assert.deepEqual([record.id, record.status], [id, 'ready'])
        // The deployment after the last acknowledged one may have been finished, too.
        const answer = jsonOf(await rig.call(record.id)) as number
        assert.ok(answer === acknowledged || answer === attempted, `${record.spec.name} answers ${answer}`)
        last.set(record.spec.name, { id: record.id, acknowledged: answer })
      }
      assert.deepEqual(
        [...last]
          .filter(([, { acknowledged }]) => acknowledged !== undefined)
          .map(([name]) => name)
          .sort(),
        records
          .filter(({ status }) => status === 'ready')
          .map(({ spec }) => spec.name)
          .filter(name => last.get(name)?.acknowledged !== undefined)
          .sort(),
      )
      const used = new Set(records.flatMap(record => record.revisions.map(({ sourceDigest }) => sourceDigest)))
      assert.deepEqual(
        (await readdir(join(folder.path, 'functions'))).filter(name => !used.has(name)),
        [],
      )
    }
    assert.equal(last.size, 3)
  })

  it('leave no process that computes for ever', async () => {
    using folder = temporaryFolder()
    const homeId = randomUUID()
    const source = `import { openLocalFunctions } from ${JSON.stringify(join(import.meta.dirname, '../../../../support/localFunctionsRig.ts'))}
const rig = await openLocalFunctions({ folder: ${JSON.stringify(folder.path)}, homeId: ${JSON.stringify(homeId)}, warmProcesses: 0 })
const { id } = await rig.deploy('export const handler = () => { console.log(1); for (;;); }', { timeoutSeconds: 3600 })
void rig.call(id)
while (!(await rig.log(id)).some(({ text }) => text === '1')) await new Promise(resolve => setTimeout(resolve, 5))
console.log('spinning')`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await exit
    const swept = await sweepOrphans(homeId, 500)
    assert.deepEqual([swept.runIds.length, swept.survivors], [1, []])
    assert.deepEqual(
      listProcesses().filter(entry => entry.homeId === homeId),
      [],
    )
  })
})
