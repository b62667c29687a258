import type { KubeCronJob, KubeJob } from '../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import type { Container, KubePod } from '../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'

/** A fault of a test, not of what it tests. */
type Deep<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]?: Deep<T[K]> }
    : T

const meta = (name: string) => ({
  name,
  namespace: 'shop',
  uid: `uid-of-${name}`,
  resourceVersion: '7',
  creationTimestamp: '2026-03-02T10:00:00Z',
})

/** A CronJob as somebody else wrote it. */
export function kubeCronJob(
  spec: Partial<KubeCronJob['spec']> = {},
  container: Partial<Container> & Readonly<Record<string, unknown>> = {},
  metadata: Deep<KubeCronJob['metadata']> = {},
): KubeCronJob {
  return {
    metadata: { ...meta('report'), ...metadata } as KubeCronJob['metadata'],
    spec: {
      schedule: '0 2 * * *',
      jobTemplate: {
        metadata: { labels: { team: 'shop' } },
        spec: {
          template: {
            metadata: { labels: { team: 'shop' } },
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'report:1', command: ['report'], args: ['--all'], ...container }],
            },
          },
        },
      },
      ...spec,
    },
  }
}

/** A Job of {@link kubeCronJob}. */
export const kubeJob = (
  status: KubeJob['status'] = {},
  metadata: Deep<KubeJob['metadata']> = {},
  spec: Partial<KubeJob['spec']> = {},
): KubeJob => ({
  metadata: {
    ...meta('report-29539800'),
    ownerReferences: [
      { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'uid-of-report', controller: true },
    ],
    ...metadata,
  } as KubeJob['metadata'],
  spec: { backoffLimit: 6, template: { spec: { containers: [] } }, ...spec },
  status: { startTime: '2026-03-02T10:00:00Z', ...status },
})

/** A pod of {@link kubeJob} with one container, `main`. */
export const kubePod = (
  status: KubePod['status'] = {},
  spec: Partial<KubePod['spec']> = {},
  metadata: Deep<KubePod['metadata']> = {},
): KubePod => ({
  metadata: { ...meta('report-29539800-x7k2p'), ...metadata } as KubePod['metadata'],
  spec: { containers: [{ name: 'main', image: 'report:1' }], ...spec },
  status: { phase: 'Running', ...status },
})
