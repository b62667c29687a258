import { createKeyedQueue } from '../../../../../base/queue.ts'
import { HksError } from '../../../../../contract/errors.ts'
import type { Clock } from '../../../../domain/clock.ts'
import { deployWords, explainFailure } from '../../../../domain/deployFailure.ts'
import type { FunctionLog } from '../../../../domain/functionLog.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { RevisionWatch } from './revisionWatch.ts'
import { readState } from '../objects/serviceState.ts'
import type { RevisionSettlement } from './settleRevision.ts'

/** What {@link adoptDeployments} needs. */
export interface AdoptDeploymentsOptions {
  readonly view: FunctionsView
  readonly settlement: RevisionSettlement
  readonly watchRevision: RevisionWatch
  readonly log: FunctionLog
  readonly isOwn: (functionId: string) => boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds for which a deployment is left to the gateway that began it, once it is seen. */
  readonly afterMs: number
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/**
 * Brings to their end the deployments that other gateways began and did not end: they were killed. One that is alive does the
 * same, earlier, and nothing is done twice. Dispose to stop.
 */
export function adoptDeployments(options: AdoptDeploymentsOptions): Disposable {
  const { view, settlement, log, clock, report } = options
  const stopping = new AbortController()
  const signal = AbortSignal.any([options.signal, stopping.signal])
  const timers = new Map<string, Disposable>()
  const turns = createKeyedQueue()

  const markOf = (functionId: string) => {
    const service = view.sight(functionId)?.service
    const deployment = service && readState(service).deployment
    return service && deployment && { name: service.metadata.name, number: deployment.revision }
  }
  const settle = async (functionId: string): Promise<void> => {
    const mark = markOf(functionId)
    if (!mark || options.isOwn(functionId)) return
    const { name, number } = mark
    try {
      await options.watchRevision({ functionId, name, number, signal })
    } catch (error) {
      if (signal.aborted || (error instanceof HksError && error.code === 'CANCELLED')) return
      const { code, message } = explainFailure(error, deployWords({ number }))
      await settlement.takeBack(functionId, name, number, code === 'INVALID_SOURCE' ? undefined : message)
      log.system(functionId, message)
      return
    }
    await settlement.finish(name, number)
    const sight = view.sight(functionId)
    if (sight) await settlement.tidy(sight, number)
  }
  const look = (functionId: string): void => {
    const key = `${functionId}/${markOf(functionId)?.number ?? ''}`
    if (timers.has(key) || !markOf(functionId) || options.isOwn(functionId)) return
    const timer = clock.callAfter(options.afterMs, () => {
      turns
        .add(functionId, () => settle(functionId))
        .catch((error: unknown) => {
          if (!signal.aborted) report(error)
        })
        .finally(() => timers.delete(key))
    })
    timers.set(key, timer)
  }
  const subscription = view.subscribe(look)
  const lookAtAll = () => {
    for (const service of view.services.list()) {
      const id = view.functionIdOf(service)
      if (id !== undefined) look(id)
    }
  }
  const states = view.onState(lookAtAll)
  lookAtAll()
  return {
    [Symbol.dispose]: () => {
      stopping.abort(new HksError('CANCELLED', 'The gateway stops.'))
      for (const one of [subscription, states, ...timers.values()]) one[Symbol.dispose]()
    },
  }
}
