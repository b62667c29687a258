import type { LogLine } from '../contract/logs.ts'
import type { GatewayClient } from './gatewayClient.ts'

/**
 * Tells runs apart that write into the log of one CronJob at once: answers the Job's name of the run that goes on with this
 * line after another one has written. A run's first line says itself whose it is. Is called with one line after the other.
 */
export type RunHeading = (line: Pick<LogLine, 'executionId'>) => Promise<string | undefined>

/** Of a log that begins now. `nameOf` answers the name of a run's Job. */
export function createRunHeading(nameOf: (executionId: string) => Promise<string>): RunHeading {
  const names = new Map<string, Promise<string> | undefined>()
  let last: string | undefined
  return async ({ executionId }) => {
    if (executionId === undefined || executionId === last) return undefined
    last = executionId
    if (!names.has(executionId)) {
      names.set(executionId, undefined)
      return undefined
    }
    const name = names.get(executionId) ?? nameOf(executionId)
    names.set(executionId, name)
    return name
  }
}

/** The name of a run's Job, or its id where the run is not known any more. */
export const jobNameOf =
  (client: () => Promise<GatewayClient>, cronJobId: string) =>
  async (executionId: string): Promise<string> => {
    try {
      const gateway = await client()
      const params = { id: cronJobId, execId: executionId }
      return (await gateway.call('getExecution', { params })).jobName
    } catch {
      return executionId
    }
  }
