import type { ObjectMeta } from '../client/kubeObject.ts'
import type { KubeJob } from '../objects/batchV1.ts'
import type { Container, KubeEvent, KubePod } from '../objects/coreV1.ts'

/** What is held of a Job: thousands of finished ones may be there, so not what its pods are made of. */
export function keepJob({ metadata, spec, status }: KubeJob): KubeJob {
  const { template, ...others } = spec
  const { terminationGracePeriodSeconds } = template.spec
  const grace = terminationGracePeriodSeconds === undefined ? {} : { terminationGracePeriodSeconds }
  return {
    metadata: withoutLabels(metadata),
    spec: { ...others, template: { spec: { containers: [], ...grace } } },
    ...(status ? { status } : {}),
  }
}

/** What is held of a pod of a Job. */
export function keepPod({ metadata, spec, status }: KubePod): KubePod {
  const { containers, initContainers, restartPolicy, nodeName } = spec
  return {
    metadata: withoutLabels(metadata),
    spec: {
      containers: containers.map(keepContainer),
      ...(initContainers ? { initContainers: initContainers.map(keepContainer) } : {}),
      ...(restartPolicy ? { restartPolicy } : {}),
      ...(nodeName === undefined ? {} : { nodeName }),
    },
    ...(status ? { status } : {}),
  }
}

/** What is held of an event about a CronJob or a Job. */
export const keepEvent = ({ metadata, involvedObject, ...event }: KubeEvent): KubeEvent => ({
  metadata: withoutLabels(metadata),
  involvedObject: {
    ...(involvedObject.kind === undefined ? {} : { kind: involvedObject.kind }),
    ...(involvedObject.uid === undefined ? {} : { uid: involvedObject.uid }),
  },
  ...(event.reason === undefined ? {} : { reason: event.reason }),
  ...(event.message === undefined ? {} : { message: event.message }),
  ...(event.series === undefined ? {} : { series: event.series }),
  ...(event.lastTimestamp == null ? {} : { lastTimestamp: event.lastTimestamp }),
  ...(event.eventTime == null ? {} : { eventTime: event.eventTime }),
  ...(event.firstTimestamp == null ? {} : { firstTimestamp: event.firstTimestamp }),
})

function keepContainer({ name, image, env, envFrom, resources, restartPolicy }: Container): Container {
  const ofSecrets = env?.filter(each => each.valueFrom?.secretKeyRef) ?? []
  const fromSecrets = envFrom?.filter(each => each.secretRef) ?? []
  return {
    name,
    ...(image === undefined ? {} : { image }),
    // Their values are hidden in the log; other variables are not read.
    ...(ofSecrets.length === 0 ? {} : { env: ofSecrets }),
    ...(fromSecrets.length === 0 ? {} : { envFrom: fromSecrets }),
    ...(resources?.limits ? { resources: { limits: resources.limits } } : {}),
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  }
}

function withoutLabels({ labels: _labels, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata
}
