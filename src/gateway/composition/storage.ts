import { join } from 'node:path'
import { createSystemClock, type SystemClock } from '../platform/systemClock.ts'
import { createLogStore, type SegmentLogStore } from '../store/logs/logStore.ts'
import { openStore, type Store } from '../store/openStore.ts'
import type { Home } from './home.ts'

const day = 24 * 3600 * 1000
/** Logs and records are kept this long and this large; docs/features/cronjobs.md says so, too. */
const retention = { milliseconds: 90 * day, bytes: 2 * 1024 ** 3 }

/** What outlives the process, and the clock that its records go by. */
export interface Storage {
  readonly clock: SystemClock
  readonly database: Store
  readonly logs: SegmentLogStore
  /** Tells the listener by how many milliseconds the clock jumped; there is one listener. */
  onClockJump(listener: (milliseconds: number) => void): void
  /** Removes what is older or larger than is kept. */
  retain(): Promise<void>
  /** Waits for writes under way. */
  close(): Promise<void>
}

/** Opens the database and the logs of the data folder. @throws HksError STORE_CORRUPT, STORE_NEWER, STORE_FAILED */
export async function openStorage({ folder, report }: Pick<Home, 'folder' | 'report'>): Promise<Storage> {
  let jumped: (milliseconds: number) => void = () => undefined
  const clock = createSystemClock(jump => jumped(jump.milliseconds))
  const database = await openStore(join(folder, 'gateway.db'))
  let retaining: Promise<void> | undefined
  const retainLogs = (): Promise<void> =>
    (retaining ??= logs
      .retain({ olderThan: clock.now() - retention.milliseconds, maxBytes: retention.bytes })
      .finally(() => {
        retaining = undefined
      }))
  const growth = { bytes: retention.bytes / 16, onGrown: () => void retainLogs().catch(report) }
  const logs = createLogStore(join(folder, 'logs', 'applications'), { growth })
  return {
    clock,
    database,
    logs,
    onClockJump: listener => {
      jumped = listener
    },
    retain: async () => {
      const now = clock.now()
      await database.retain(now - retention.milliseconds, now)
      await retainLogs()
    },
    close: async () => {
      // Its failure is told to the one who asked for it.
      await retaining?.catch(() => undefined)
      logs.close()
      await database.close()
      clock[Symbol.dispose]()
    },
  }
}
