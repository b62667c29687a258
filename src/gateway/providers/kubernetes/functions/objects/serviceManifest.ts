import type { FunctionSpec } from '../../../../domain/function.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import {
  annotations,
  functionLabels,
  keyField,
  keyName,
  ownAnnotations,
  revisionName,
  sourceName,
} from './functionNames.ts'
import { type RevisionTemplate, servingVersion, type TrafficTarget, type Variable } from './knativeObjects.ts'
import { podCommand, podPort, podVariables, runtimeFolder, sourceFile, sourceFolder } from './podRuntime.ts'
import type { RevisionContent } from './revisionContent.ts'
import { factsOf, type RevisionFacts, writeVariable } from './revisionFacts.ts'

/** A revision that is to be deployed. */
export interface RevisionPlan {
  readonly functionId: string
  readonly spec: FunctionSpec
  readonly revision: Pick<RevisionFacts, 'id' | 'number' | 'sourceDigest' | 'transient' | 'createdAt'>
  readonly content: RevisionContent
  /** Of the connection, for every revision. */
  readonly annotations?: Readonly<Record<string, string>>
}

/** A user that no image has, as distroless images number it. */
const nobody = 65_532
/** What is asked for when a pod is placed; the memory limit may be many times of it. */
const requested = { cpu: '25m', memoryBytes: 128 * 2 ** 20 }
/** Seconds that Knative waits longer than the program, which says more about a call that takes too long. */
const timeoutMargin = 30
/** The most that Knative takes unless its administrator says otherwise (config-defaults, max-revision-timeout-seconds). */
const knativeMostSeconds = 600

/** Above the function's own timeout, and within Knative's bound as long as the function's is. */
export const knativeTimeout = (seconds: number): number =>
  Math.max(seconds + 1, Math.min(seconds + timeoutMargin, knativeMostSeconds))

/** The Knative Service with a revision as its template. `traffic` is what serves while the revision starts. */
export const serviceManifest = (
  plan: RevisionPlan,
  { name: namespace, projectId }: Pick<NamespaceScope, 'name' | 'projectId'>,
  traffic: readonly TrafficTarget[],
) => ({
  apiVersion: servingVersion,
  kind: 'Service',
  metadata: {
    name: plan.spec.name,
    namespace,
    labels: functionLabels(plan.functionId),
    annotations: ownAnnotations(plan.spec.name, projectId),
  },
  spec: { template: revisionTemplate(plan), traffic },
})

/** What a revision runs. */
export function revisionTemplate(plan: RevisionPlan): RevisionTemplate {
  const { functionId, spec, revision, content } = plan
  const name = revisionName(spec.name, revision.number)
  return {
    metadata: {
      name,
      labels: functionLabels(functionId),
      annotations: {
        ...plan.annotations,
        ...scaleAnnotations(spec),
        [annotations.revision]: JSON.stringify(factsOf(spec, revision, content)),
      },
    },
    spec: {
      containerConcurrency: spec.scaling.containerConcurrency,
      timeoutSeconds: knativeTimeout(spec.timeoutSeconds),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'function',
          ...programOf(content),
          env: variablesOf(spec, revision.number, content),
          ports: [{ containerPort: podPort }],
          // Knative's default looks again only after ten seconds when the first look comes too early.
          readinessProbe: { periodSeconds: 1, tcpSocket: { port: podPort } },
          resources: {
            requests: {
              cpu: requested.cpu,
              memory: String(Math.min(spec.resources.memoryBytes, requested.memoryBytes)),
            },
            limits: { memory: String(spec.resources.memoryBytes) },
          },
          securityContext: {
            ...(content.kind === 'given' ? {} : { runAsUser: nobody, readOnlyRootFilesystem: true }),
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: mountsOf(content),
        },
      ],
      volumes: volumesOf(content, sourceName(name, revision.id)),
    },
  }
}

/** An image of its own says how it starts. */
const programOf = (content: RevisionContent) =>
  content.kind === 'mounted'
    ? { image: content.image, command: podCommand[content.program.runtime] }
    : { image: content.image }

/** A user's own image has its files where it wants them. */
function mountsOf({ kind }: RevisionContent) {
  if (kind === 'given') return []
  const tmp = { name: 'tmp', mountPath: '/tmp' }
  if (kind === 'built') return [tmp]
  return [
    { name: 'runtime', mountPath: runtimeFolder, readOnly: true },
    { name: 'source', mountPath: sourceFolder, readOnly: true },
    tmp,
  ]
}

function volumesOf(content: RevisionContent, source: string) {
  if (content.kind === 'given') return []
  const tmp = { name: 'tmp', emptyDir: {} }
  if (content.kind === 'built') return [tmp]
  const { configMap, files } = content.program
  return [
    { name: 'runtime', configMap: { name: configMap, items: files.map(({ key, path }) => ({ key, path })) } },
    { name: 'source', configMap: { name: source, items: [{ key: sourceFile, path: sourceFile }] } },
    tmp,
  ]
}

function variablesOf(spec: FunctionSpec, revision: number, { kind }: RevisionContent): readonly Variable[] {
  const source = kind === 'built' ? sourceFolder : `${sourceFolder}/${sourceFile}`
  const own = kind === 'given' ? {} : podVariables(spec, revision, source)
  return [
    ...Object.entries({ ...spec.environment, ...own }).map(([name, value]) => ({ name, value: writeVariable(value) })),
    ...spec.secrets.map(({ name, from }) => ({ name, valueFrom: { secretKeyRef: secretKeyOf(from) } })),
    ...(kind === 'given' ? [] : [diagnosticKey(spec)]),
  ]
}

const diagnosticKey = ({ name }: FunctionSpec): Variable => ({
  name: 'HKS_DIAGNOSTIC_KEY',
  valueFrom: { secretKeyRef: { name: keyName(name), key: keyField } },
})

/** The Secret and the key of `SECRET/KEY`. */
export function secretKeyOf(from: string): { readonly name: string; readonly key: string } {
  const slash = from.indexOf('/')
  return { name: from.slice(0, slash), key: from.slice(slash + 1) }
}

const scaleAnnotations = ({ scaling }: FunctionSpec): Readonly<Record<string, string>> => ({
  'autoscaling.knative.dev/min-scale': String(scaling.minScale),
  ...(scaling.maxScale === undefined ? {} : { 'autoscaling.knative.dev/max-scale': String(scaling.maxScale) }),
})
