import { isDeepStrictEqual } from 'node:util'
import type { YamlPath } from './yamlPlaces.ts'

type Fields = Readonly<Record<string, unknown>>

const job = 'spec.jobTemplate.spec'
const pod = `${job}.template.spec`

/** What the API server writes where a manifest says nothing (batch/v1 and core/v1 of Kubernetes 1.36); `[]` is any item of a list. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  'spec.concurrencyPolicy': ['Allow'],
  'spec.suspend': [false],
  'spec.successfulJobsHistoryLimit': [3],
  'spec.failedJobsHistoryLimit': [1],
  'spec.jobTemplate.metadata': [{}],
  'spec.jobTemplate.metadata.creationTimestamp': [null],
  [`${job}.template.metadata`]: [{}],
  [`${job}.template.metadata.creationTimestamp`]: [null],
  [`${pod}.terminationGracePeriodSeconds`]: [30],
  [`${pod}.dnsPolicy`]: ['ClusterFirst'],
  [`${pod}.schedulerName`]: ['default-scheduler'],
  [`${pod}.securityContext`]: [{}],
}

/** The same of a container, an init container too. */
const containerDefaults: Readonly<Record<string, readonly unknown[]>> = {
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  resources: [{}],
  'ports[].protocol': ['TCP'],
  'env[].value': [''],
  'env[].valueFrom.fieldRef.apiVersion': ['v1'],
}

/** The same of probes and hooks. */
const probeDefaults: Readonly<Record<string, readonly unknown[]>> = {
  timeoutSeconds: [1],
  periodSeconds: [10],
  successThreshold: [1],
  failureThreshold: [3],
  'httpGet.scheme': ['HTTP'],
}

const volumeDefaults: Readonly<Record<string, readonly unknown[]>> = {
  'configMap.defaultMode': [420],
  'secret.defaultMode': [420],
  'projected.defaultMode': [420],
  'downwardAPI.defaultMode': [420],
}

/** Whether a field of a CronJob is there because the cluster or the gateway has written it, not because somebody wants it. */
export function isClusterDefault(path: YamlPath, value: unknown, siblings: Fields): boolean {
  const at = path
    .map(part => (typeof part === 'number' ? '[]' : `.${part}`))
    .join('')
    .slice(1)
  if (at === 'metadata.namespace' || /^metadata\.(labels|annotations)\.hexabase\.io\//.test(at)) return true
  if (at === 'metadata.labels.app.kubernetes.io/managed-by') return value === 'hexabase'
  // The older name of the same field.
  if (at === `${pod}.serviceAccount`) return value === siblings['serviceAccountName']
  const [, ofContainer] = containerPart.exec(at) ?? []
  if (ofContainer === 'imagePullPolicy') return value === pullPolicyOf(siblings['image'])
  const [, ofProbe] = /^(?:livenessProbe|readinessProbe|startupProbe)\.(.+)$/.exec(ofContainer ?? '') ?? []
  const [, ofVolume] = volumePart.exec(at) ?? []
  const known =
    (ofProbe !== undefined && probeDefaults[ofProbe]) ||
    (ofContainer !== undefined && containerDefaults[ofContainer]) ||
    (ofVolume !== undefined && volumeDefaults[ofVolume]) ||
    defaults[at] ||
    []
  return known.some(each => isDeepStrictEqual(each, value))
}

const containerPart = /^spec\.jobTemplate\.spec\.template\.spec\.(?:initContainers|containers)\[\]\.(.+)$/
const volumePart = /^spec\.jobTemplate\.spec\.template\.spec\.volumes\[\]\.(.+)$/

/** An image without a tag, or with the tag `latest`, is pulled each time. */
function pullPolicyOf(image: unknown): string {
  const name = typeof image === 'string' ? (image.split('/').at(-1) ?? '') : ''
  const isFixed = name.includes('@') || (name.includes(':') && !name.endsWith(':latest'))
  return isFixed ? 'IfNotPresent' : 'Always'
}
