import type { FunctionSpec } from '../../../domain/function.ts'
import { annotations, functionLabels, keyField, keyName, revisionName, sourceName } from './functionNames.ts'
import { type RevisionTemplate, servingVersion, type TrafficTarget, type Variable } from './knativeObjects.ts'
import { podCommand, podPort, podVariables, runtimeFolder, sourceFile, sourceFolder } from './podRuntime.ts'
import { factsOf, type RevisionFacts, writeVariable } from './revisionFacts.ts'
import type { RuntimeProgram } from './runtimeProgram.ts'

/** A revision that is to be deployed. */
export interface RevisionPlan {
  readonly functionId: string
  readonly spec: FunctionSpec
  readonly revision: Pick<RevisionFacts, 'id' | 'number' | 'sourceDigest' | 'transient' | 'createdAt'>
  readonly image: string
  readonly program: RuntimeProgram
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
export const serviceManifest = (plan: RevisionPlan, namespace: string, traffic: readonly TrafficTarget[]) => ({
  apiVersion: servingVersion,
  kind: 'Service',
  metadata: { name: plan.spec.name, namespace, labels: functionLabels(plan.functionId) },
  spec: { template: revisionTemplate(plan), traffic },
})

/** What a revision runs: the stock image of its language, with runtime and source as volumes. */
export function revisionTemplate(plan: RevisionPlan): RevisionTemplate {
  const { functionId, spec, revision, image, program } = plan
  const name = revisionName(spec.name, revision.number)
  return {
    metadata: {
      name,
      labels: functionLabels(functionId),
      annotations: {
        ...plan.annotations,
        ...scaleAnnotations(spec),
        [annotations.revision]: JSON.stringify(factsOf(spec, revision)),
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
          image,
          command: podCommand[program.runtime],
          env: variablesOf(spec, revision.number),
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
            runAsUser: nobody,
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: [
            { name: 'runtime', mountPath: runtimeFolder, readOnly: true },
            { name: 'source', mountPath: sourceFolder, readOnly: true },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [
        {
          name: 'runtime',
          configMap: { name: program.configMap, items: program.files.map(({ key, path }) => ({ key, path })) },
        },
        { name: 'source', configMap: { name: sourceName(name), items: [{ key: sourceFile, path: sourceFile }] } },
        { name: 'tmp', emptyDir: {} },
      ],
    },
  }
}

function variablesOf(spec: FunctionSpec, revision: number): readonly Variable[] {
  const plain = { ...spec.environment, ...podVariables(spec, revision) }
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value: writeVariable(value) })),
    ...spec.secrets.map(({ name, from }) => ({ name, valueFrom: { secretKeyRef: secretKeyOf(from) } })),
    { name: 'HKS_DIAGNOSTIC_KEY', valueFrom: { secretKeyRef: { name: keyName(spec.name), key: keyField } } },
  ]
}

/** The Secret and the key of `SECRET/KEY`. */
export function secretKeyOf(from: string): { readonly name: string; readonly key: string } {
  const slash = from.indexOf('/')
  return { name: from.slice(0, slash), key: from.slice(slash + 1) }
}

const scaleAnnotations = ({ scaling }: FunctionSpec): Readonly<Record<string, string>> => ({
  'autoscaling.knative.dev/min-scale': String(scaling.minScale),
  ...(scaling.maxScale === undefined ? {} : { 'autoscaling.knative.dev/max-scale': String(scaling.maxScale) }),
})
