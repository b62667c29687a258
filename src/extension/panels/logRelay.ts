import type { Disposable } from 'vscode'
import type { FollowQuery, LogTarget } from '../../client/followLogs.ts'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { LogLine } from '../../contract/logs.ts'

/** Lines of a followed log on their way to a page. `end` says why no more will come. */
interface RelayedLines {
  readonly followId: number
  readonly lines: readonly LogLine[]
  readonly end?: string
}

/** Follows one log at a time for a page. */
export interface LogRelay extends Disposable {
  /** Ends the following before. `followId` is the page's number of this one. */
  follow(target: LogTarget, query: FollowQuery, followId: number): void
  stop(): void
}

/** Follows nothing yet. */
export function createLogRelay(client: () => Promise<GatewayClient>, send: (lines: RelayedLines) => void): LogRelay {
  let following: AbortController | undefined

  async function pump(target: LogTarget, query: FollowQuery, followId: number, signal: AbortSignal): Promise<void> {
    try {
      const { followLogs } = await import('../../client/followLogs.ts')
      for await (const batch of followLogs(client, target, { query, signal })) {
        if (signal.aborted) return
        if ('end' in batch) send({ followId, lines: [], end: batch.end })
        else if ('lines' in batch) send({ followId, lines: batch.lines })
      }
    } catch (error) {
      // The page shows it where the lines would be.
      if (!signal.aborted) send({ followId, lines: [], end: error instanceof Error ? error.message : String(error) })
    }
  }
  const stop = (): void => following?.abort()
  return {
    follow: (target, query, followId) => {
      stop()
      following = new AbortController()
      void pump(target, query, followId, following.signal)
    },
    stop,
    dispose: stop,
  }
}
