import { randomBytes } from 'node:crypto'
import { HksError } from '../../../../../contract/errors.ts'
import type { FunctionSpec, Source } from '../../../../domain/function.ts'
import { type ConfigMap, type FunctionObjects, isAbsent, isForbidden } from '../objects/functionObjects.ts'
import { runtimeConfigMap, sourceConfigMap, usedAtAnnotation } from '../objects/functionConfigMaps.ts'
import { functionLabels, keyField, keyName, revisionName, sourceName } from '../objects/functionNames.ts'
import { secretKeyOf } from '../objects/serviceManifest.ts'
import type { RevisionContent } from '../objects/revisionContent.ts'
import type { RuntimeProgram } from '../objects/runtimeProgram.ts'

/** What has to be there before a revision's pod starts. */
export interface Preparation {
  readonly functionId: string
  readonly spec: FunctionSpec
  readonly revision: { readonly id: string; readonly number: number }
  /** Absent with an image of its user's. */
  readonly source: Source | undefined
  readonly content: RevisionContent
}

/** Bytes of a diagnostic key. */
const keyBytes = 32

/** Makes ConfigMaps and the Secret of a revision. @throws HksError DEPLOY_FAILED naming a secret */
export async function prepareRevision(
  objects: FunctionObjects,
  { functionId, spec, revision, source, content }: Preparation,
  now: number,
): Promise<void> {
  const name = sourceName(revisionName(spec.name, revision.number), revision.id)
  await refuseMissingSecrets(objects, spec)
  if (content.kind === 'given') return
  await Promise.all([
    ensure(objects, 'secrets', keySecret(functionId, spec.name), now),
    ...(content.kind !== 'mounted' || !source
      ? []
      : [
          objects.create('configmaps', sourceConfigMap(functionId, name, source)),
          ensureProgram(objects, content.program, now),
        ]),
  ])
}

const keySecret = (functionId: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: keyName(name), labels: functionLabels(functionId) },
  data: { [keyField]: Buffer.from(randomBytes(keyBytes).toString('base64url')).toString('base64') },
})

/**
 * Makes an object, or says of the one that is there that it is wanted, so that nobody takes it away before the revision names
 * it. Answers what was there.
 */
async function ensure<K extends 'configmaps' | 'secrets'>(
  objects: FunctionObjects,
  kind: K,
  object: { readonly metadata: { readonly name: string } },
  now: number,
) {
  for (;;) {
    if (await objects.create(kind, object)) return undefined
    try {
      const annotations = { [usedAtAnnotation]: String(now) }
      return await objects.patch(kind, object.metadata.name, { metadata: { annotations } })
    } catch (error) {
      // Who may not change it may use it.
      if (isForbidden(error)) return kind === 'secrets' ? undefined : objects.find(kind, object.metadata.name)
      // It was removed in this moment.
      if (!isAbsent(error)) throw error
    }
  }
}

async function ensureProgram(objects: FunctionObjects, program: RuntimeProgram, now: number): Promise<void> {
  refuseOther(await ensure(objects, 'configmaps', runtimeConfigMap(program, now), now), program)
}

/** @throws HksError CONFLICT when somebody has put other files under the program's name */
function refuseOther(found: ConfigMap | undefined, program: RuntimeProgram): void {
  if (!found || program.files.every(({ key, text }) => found.data?.[key] === text)) return
  throw new HksError('CONFLICT', `The ConfigMap ${program.configMap} holds other files than the runtime's.`, {
    hint: 'Delete it, then deploy again.',
  })
}

async function refuseMissingSecrets(objects: FunctionObjects, { secrets }: FunctionSpec): Promise<void> {
  const names = new Set(secrets.map(({ from }) => secretKeyOf(from).name))
  const found = new Map(await Promise.all([...names].map(async name => [name, await readable(objects, name)] as const)))
  for (const { from } of secrets) {
    const { name, key } = secretKeyOf(from)
    const secret = found.get(name)
    if (secret === 'unreadable' || (secret && Object.hasOwn(secret.data ?? {}, key))) continue
    throw new HksError('DEPLOY_FAILED', `The secret "${from}" is not set in this project.`, {
      details: { secret: name, key },
      hint: `Set it with: hks-func secret set ${name} ${key}`,
    })
  }
}

/** Who may not read secrets may deploy what names them; the pod says what is missing. */
const readable = (objects: FunctionObjects, name: string) =>
  objects.find('secrets', name).catch((error: unknown) => {
    if (isForbidden(error)) return 'unreadable' as const
    throw error
  })
