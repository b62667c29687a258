import type { KubeObject } from '../../client/kubeObject.ts'
import { annotations as sharedAnnotations, labels as shared, managedBy } from '../../labels.ts'

/** Labels of what functions have in a cluster. */
export const labels = {
  managedBy: shared.managedBy,
  appId: shared.appId,
  appType: shared.appType,
  /** Of a ConfigMap: what it holds, `source` or `runtime`. */
  holds: 'hexabase.io/holds',
  /** Knative's own, of revisions and pods. */
  service: 'serving.knative.dev/service',
  revision: 'serving.knative.dev/revision',
} as const

/** Annotations that hold what no field of Kubernetes does. */
export const annotations = {
  /** Of a Service: for which object in which project its label was given. A copy has another name or project. */
  name: sharedAnnotations.name,
  projectId: sharedAnnotations.projectId,
  /** Of a revision: JSON of what it is made of besides its container, see `revisionFacts.ts`. */
  revision: 'hexabase.io/revision',
  /** Of a Service: the highest number that a revision was given. */
  lastRevision: 'hexabase.io/last-revision',
  /** Of a Service: JSON of the deployment under way, see `serviceState.ts`. */
  deployment: 'hexabase.io/deployment',
  /** Of a Service: JSON of the last revisions that could not serve and are gone, see `serviceState.ts`. */
  failedRevisions: 'hexabase.io/failed-revisions',
} as const

/** The value of `hexabase.io/app-type`. */
export const functionType = 'function'
/** Selects what belongs to functions. */
export const functionSelector = `${labels.managedBy}=${managedBy},${labels.appType}=${functionType}`

/** Labels of an object of one function. */
export const functionLabels = (applicationId: string): Readonly<Record<string, string>> => ({
  [labels.managedBy]: managedBy,
  [labels.appId]: applicationId,
  [labels.appType]: functionType,
})

/** What says of a new Service that its label is its own. */
export const ownAnnotations = (name: string, projectId: string): Readonly<Record<string, string>> => ({
  [annotations.name]: name,
  [annotations.projectId]: projectId,
})

/**
 * The id of the function that a Service of a project is: that of its label where it was given to this very object, else its
 * UID, so that a copy of a manifest is a function of its own. `undefined` for what Hexabase did not make.
 */
export function functionIdOf({ metadata }: KubeObject, projectId: string): string | undefined {
  const given = metadata.labels?.[labels.appId]
  if (metadata.labels?.[labels.appType] !== functionType || given === undefined) return undefined
  const own = Object.entries(ownAnnotations(metadata.name, projectId))
  return own.every(([name, value]) => metadata.annotations?.[name] === value) ? given : metadata.uid
}

const digits = 5
/** Of the id of a revision, in the name of its source. */
const idDigits = 8

/** Name of a revision, as Knative would number it. */
export const revisionName = (service: string, number: number): string =>
  `${service}-${String(number).padStart(digits, '0')}`

/** The number in a revision's name; 0 for one that was named otherwise. */
export function revisionNumber(service: string, name: string): number {
  const ending = name.startsWith(`${service}-`) ? name.slice(service.length + 1) : ''
  return /^\d+$/.test(ending) ? Number(ending) : 0
}

/** Name of the ConfigMap with the source of a revision; `id` is the revision's, as two gateways may give one number at once. */
export const sourceName = (revision: string, id: string): string => `${revision}-${id.slice(0, idDigits)}-source`
/** Name of the Secret with the diagnostic key of a function. */
export const keyName = (service: string): string => `${service}-diagnostics`
/** The key in that Secret. */
export const keyField = 'key'
