import { setTimeout as delay } from 'node:timers/promises'
import { resolve } from 'node:path'
import type { CronJobExecution } from '../src/contract/executions.ts'
import { ensureBuilt } from '../test/support/ensureBuilt.ts'
import { temporaryFolder } from '../test/support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../test/support/testGateway.ts'
import { elapsed } from './row.ts'

const program = resolve(import.meta.dirname, '../dist/gateway.mjs')

/** A gateway of the built program with an empty project; disposing ends it and removes its data. */
export interface BuiltGateway extends AsyncDisposable {
  /** The process of now; `restart` replaces it. */
  readonly now: () => TestGateway
  readonly projectId: string
  /** Ends the process, does something with the data folder that is left, starts another; answers the time of its start. */
  readonly restart: (between?: (home: string) => Promise<void>) => Promise<number>
}

/** Starts the program of `dist/` in a data folder, as a client does. */
export const startBuilt = (home: string, env: Readonly<Record<string, string>> = {}): Promise<TestGateway> =>
  startTestGateway(home, env, program)

/** Starts a gateway with data of its own. The login shell has been asked for its PATH when it resolves. */
export async function openBuiltGateway(env: Readonly<Record<string, string>> = {}): Promise<BuiltGateway> {
  await ensureBuilt()
  await using owned = new AsyncDisposableStack()
  const home = owned.use(temporaryFolder())
  const folder = owned.use(temporaryFolder())
  let gateway = await startBuilt(home.path, env)
  owned.defer(() => gateway.stop())
  const { id: projectId } = await gateway.client.call('openProject', { body: { path: folder.path } })
  await runOnce(gateway, projectId)
  const kept = owned.move()
  return {
    now: () => gateway,
    projectId,
    restart: async between => {
      await gateway.stop()
      await between?.(home.path)
      return elapsed(async () => {
        gateway = await startBuilt(home.path, env)
      })
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** The first run waits for the login shell; those that are measured do not. */
async function runOnce({ client }: TestGateway, projectId: string): Promise<void> {
  const body = { projectId, name: 'warm-up', schedule: farAway(0), command: ['true'] }
  const { id } = await client.call('createCronJob', { body })
  const { id: execId } = await client.call('triggerCronJob', { params: { id } })
  await untilEnded({ client }, id, execId)
  await client.call('deleteCronJob', { params: { id } })
}

/** A run, when it has ended. */
export async function untilEnded(
  { client }: Pick<TestGateway, 'client'>,
  id: string,
  execId: string,
): Promise<CronJobExecution> {
  for (;;) {
    const execution = await client.call('getExecution', { params: { id, execId } })
    if (execution.status !== 'running') return execution
    await delay(50)
  }
}

/** A schedule that does not fire while a bench runs: once a year, half a year away. */
export function farAway(index: number): string {
  const month = ((new Date().getMonth() + 6) % 12) + 1
  return `${index % 60} ${Math.floor(index / 60) % 24} 15 ${month} *`
}
