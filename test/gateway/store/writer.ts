import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogStore } from '../../../src/gateway/store/logs/logStore.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { execution, invocation } from './records.ts'

/** A process to be killed: writes to a store for ever and prints a line for each write that was acknowledged. */
const folder = process.argv[2]!
const store = await openStore(join(folder, 'gateway.db'))
const logs = createLogStore(join(folder, 'logs'), { segmentBytes: 20_000 })
const acknowledge = (kind: string, value: string | number) => writeSync(1, `${kind} ${value};\n`)

async function saveRuns(): Promise<void> {
  for (let minute = Date.now(); ; minute++) {
    const run = execution('a', { scheduledAt: minute, startedAt: minute })
    await store.executions.save(run)
    acknowledge('run', run.id)
    // The database answers within the turn of the event loop: without this nothing else would get its turn.
    await delay(1)
  }
}

async function saveCalls(): Promise<void> {
  for (;;) {
    const calls = Array.from({ length: 5 }, () => invocation('f'))
    await Promise.all(
      calls.map(async call => {
        await store.invocations.save(call)
        acknowledge('call', call.id)
      }),
    )
  }
}

async function appendLines(): Promise<void> {
  for (;;) {
    const last = logs.append(
      'a',
      Array.from({ length: 20 }, (_, at) => ({
        time: Date.now(),
        stream: 'stdout' as const,
        text: 'y'.repeat(at * 10),
      })),
    )
    acknowledge('line', last)
    await delay(1)
  }
}

await Promise.all([saveRuns(), saveCalls(), appendLines()])
