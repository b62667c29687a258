import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses } from '../../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../../support/eventually.ts'
import { commandLineOf } from './commandLines.ts'
import { describeEachLevel } from './sandboxLevels.ts'

/** Of each level; CONTRIBUTING.md says how to have more. */
const rounds = Number(process.env['HKS_TEST_ROUNDS'] ?? 60)

describeEachLevel('a starter that is killed while ten sandboxes start', context => {
  it(`leaves none of them, in ${rounds} rounds`, async function () {
    this.timeout(300_000)
    let begun = 0
    for (let round = 0; round < rounds; round++) {
      const mark = `race-${randomUUID()}`
      const marked = () => listProcesses().filter(({ pid }) => commandLineOf(pid).includes(mark))
      const starter = spawn(
        process.execPath,
        [join(import.meta.dirname, 'racer.ts'), context.level, join(context.folder(), 'scratch'), mark],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      await once(starter.stdout, 'data')
      // Spread evenly over the time in which they start.
      await sleep((round * 200) / rounds)
      begun += marked().length
      starter.kill('SIGKILL')
      await once(starter, 'exit')
      await eventually(() => assert.deepEqual(marked(), [], `round ${round}`), 5000)
    }
    assert.ok(begun > rounds, `${begun} processes had begun`)
  })
})
