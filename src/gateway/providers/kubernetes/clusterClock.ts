import type { Clock } from '../../domain/clock.ts'
import type { KubeClient } from './client/kubeClient.ts'

/** The clock by which a cluster runs what is due, whatever the one of this machine says. */
export function clusterClock(clock: Clock, { clockAheadMs }: Pick<KubeClient, 'clockAheadMs'>): Clock {
  return {
    now: () => clock.now() - clockAheadMs(),
    callAt: (at, callback) => clock.callAt(at + clockAheadMs(), callback),
    callAfter: (milliseconds, callback) => clock.callAfter(milliseconds, callback),
  }
}
