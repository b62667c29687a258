import type { NotCopied } from '../../../../contract/applications.ts'
import type { EnvVar, PodTemplate } from '../objects/coreV1.ts'
import { withoutPlatformEnv } from './environment.ts'
import { mainContainer, mainContainerIndex } from './mainContainer.ts'

/** What a CronJob takes of the pod of an application, beside what a spec says. */
export interface CopiedPod {
  readonly pod: Readonly<Record<string, unknown>>
  readonly container: Readonly<Record<string, unknown>>
  /** All of it, also what a spec can not say; the platform's own left out. */
  readonly env: readonly EnvVar[]
}

type Fields = Readonly<Record<string, unknown>>

/** Of a run: no probes, ports and lifecycle hooks, which are for what goes on serving. */
const containerFields = ['imagePullPolicy', 'workingDir', 'envFrom', 'resources', 'securityContext']
const podFields = ['imagePullSecrets', 'securityContext', 'serviceAccountName', 'nodeSelector', 'tolerations']

/** Volumes that any number of pods can have. A claim can often be had by one alone, which is the application's. */
const volumeKinds = ['configMap', 'secret', 'projected', 'emptyDir', 'downwardAPI']
/** Added to each pod by the API server (ServiceAccount admission), and added again to the copy. */
const tokenVolume = /^kube-api-access-/

/** Copies the main container of a pod, with what it needs of the pod. */
export function copiedPod(template: PodTemplate): CopiedPod {
  const container = (mainContainer(template) ?? {}) as Fields & { readonly env?: readonly EnvVar[] }
  const spec = template.spec as unknown as Fields
  const mounts = mountsOf(container)
  const volumes = sharedVolumes(spec, mounts)
  const kept = namesOf(volumes)
  const volumeMounts = mounts.filter(({ name }) => kept.has(name))
  return {
    pod: { ...picked(spec, podFields), ...(volumes.length === 0 ? {} : { volumes }) },
    container: { ...picked(container, containerFields), ...(volumeMounts.length === 0 ? {} : { volumeMounts }) },
    env: withoutPlatformEnv(container.env ?? []),
  }
}

/** What of a pod {@link copiedPod} leaves out that a run of its container may miss. */
export function notCopiedOf(template: PodTemplate): readonly NotCopied[] {
  const spec = template.spec as unknown as Fields
  const main = mainContainerIndex(template)
  const containers = listOf(spec['containers'])
  const container = containers[main] ?? {}
  const mounts = mountsOf(container)
  const kept = namesOf(sharedVolumes(spec, mounts))
  // The claims of a StatefulSet are mounted and stand in no list of the pod.
  const missing = [...mounts, ...listOf(container['volumeDevices'])].filter(({ name }) => !kept.has(name))
  const named = (kind: NotCopied['kind'], objects: readonly Fields[]) =>
    [...namesOf(objects)].map(name => ({ kind, name: String(name) }))
  return [
    ...named('volume', missing),
    ...named('container', containers.toSpliced(main, 1)),
    ...named('initContainer', listOf(spec['initContainers'])),
  ]
}

const mountsOf = (container: Fields): readonly Fields[] =>
  listOf(container['volumeMounts']).filter(({ name }) => !tokenVolume.test(String(name)))

/** The mounted volumes that several pods can have. */
function sharedVolumes(spec: Fields, mounts: readonly Fields[]): readonly Fields[] {
  const mounted = namesOf(mounts)
  return listOf(spec['volumes']).filter(
    volume => mounted.has(volume['name']) && volumeKinds.some(kind => volume[kind] !== undefined),
  )
}

const namesOf = (objects: readonly Fields[]): ReadonlySet<unknown> => new Set(objects.map(({ name }) => name))

const picked = (object: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.filter(name => object[name] !== undefined).map(name => [name, object[name]]))

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : [])
