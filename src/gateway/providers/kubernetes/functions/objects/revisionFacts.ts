import type { FunctionSpec } from '../../../../domain/function.ts'
import type { KubeObject } from '../../client/kubeObject.ts'
import { annotations } from './functionNames.ts'
import type { RevisionSpec, Variable } from './knativeObjects.ts'
import { isPlatformVariable } from './podRuntime.ts'
import type { RevisionContent } from './revisionContent.ts'

/** What is known of a revision besides its container: kept as an annotation, so that the cluster holds all of it. */
export interface RevisionFacts extends Omit<FunctionSpec, 'name' | 'environment' | 'secrets'> {
  readonly id: string
  readonly number: number
  readonly sourceDigest: string
  readonly transient?: true
  /** It runs an image that was built for it, which holds its source. */
  readonly built?: { readonly partsPlace?: string }
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** What is deployed, as {@link RevisionFacts} of an annotation. */
export function factsOf(
  spec: FunctionSpec,
  revision: Pick<RevisionFacts, 'id' | 'number' | 'sourceDigest' | 'transient' | 'createdAt'>,
  content?: RevisionContent,
): RevisionFacts {
  const { name: _name, environment: _environment, secrets: _secrets, ...kept } = spec
  const { id, number, sourceDigest, transient, createdAt } = revision
  const built = content?.kind === 'built' ? builtOf(content) : undefined
  return {
    ...{ id, number, sourceDigest, createdAt },
    ...(transient && { transient }),
    ...(built && { built }),
    ...kept,
  }
}

const builtOf = ({ partsPlace }: RevisionContent & { kind: 'built' }): NonNullable<RevisionFacts['built']> =>
  partsPlace === undefined ? {} : { partsPlace }

/** Reads the annotation of a revision or of a template; `undefined` for what Hexabase did not make. */
export function readFacts({
  metadata,
}: {
  readonly metadata: Partial<KubeObject['metadata']>
}): RevisionFacts | undefined {
  const text = metadata.annotations?.[annotations.revision]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as RevisionFacts
  } catch {
    // Somebody wrote over it: as good as somebody else's.
    return undefined
  }
}

/** Whether a revision, or a pod of one, runs an image of its user's, without a program of ours. */
export const runsOwnImage = (object: Parameters<typeof readFacts>[0]): boolean => readFacts(object)?.image !== undefined

/** The whole of what was asked for, from the annotation and the container. */
export function specOfRevision(name: string, facts: RevisionFacts, { containers }: RevisionSpec): FunctionSpec {
  const { id: _id, number: _number, sourceDigest: _digest, transient: _transient, ...rest } = facts
  const { createdAt: _at, built: _built, ...kept } = rest
  const variables = (containers[0]?.env ?? []).filter(variable => !isPlatformVariable(variable.name))
  return {
    ...kept,
    name,
    environment: Object.fromEntries(variables.flatMap(plainVariable)),
    secrets: variables.flatMap(secretVariable),
  }
}

const plainVariable = ({ name, value, valueFrom }: Variable): readonly (readonly [string, string])[] =>
  valueFrom === undefined ? [[name, readVariable(value ?? '')]] : []

const secretVariable = ({ name, valueFrom }: Variable): FunctionSpec['secrets'] =>
  valueFrom?.secretKeyRef === undefined
    ? []
    : [{ name, from: `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}` }]

/** A value as a container's: Kubernetes reads `$(NAME)` as another variable, and `$$` as a dollar. */
export const writeVariable = (value: string): string => value.replaceAll('$', '$$$$')

const readVariable = (value: string): string => value.replaceAll('$$', '$')
