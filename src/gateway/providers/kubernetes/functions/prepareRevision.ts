import { randomBytes } from 'node:crypto'
import { HksError } from '../../../../contract/errors.ts'
import type { FunctionSpec, Source } from '../../../domain/function.ts'
import type { ConfigMap, FunctionObjects } from './functionObjects.ts'
import { runtimeConfigMap, sourceConfigMap, usedAtAnnotation } from './functionConfigMaps.ts'
import { functionLabels, keyField, keyName, revisionName } from './functionNames.ts'
import { secretKeyOf } from './serviceManifest.ts'
import type { RevisionContent } from './revisionContent.ts'
import type { RuntimeProgram } from './runtimeProgram.ts'

/** What has to be there before a revision's pod starts. */
export interface Preparation {
  readonly functionId: string
  readonly spec: FunctionSpec
  readonly number: number
  readonly source: Source
  readonly content: RevisionContent
}

/** Bytes of a diagnostic key. */
const keyBytes = 32

/** Makes ConfigMaps and the Secret of a revision. @throws HksError DEPLOY_FAILED naming a secret */
export async function prepareRevision(
  objects: FunctionObjects,
  { functionId, spec, number, source, content }: Preparation,
  now: number,
): Promise<void> {
  await refuseMissingSecrets(objects, spec)
  await Promise.all([
    ...(content.kind === 'built'
      ? []
      : [
          // One of that name is what a gateway left that was killed; its source may be another.
          createAnew(objects, sourceConfigMap(functionId, revisionName(spec.name, number), source)),
          ensureProgram(objects, content.program, now),
        ]),
    objects.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: keyName(spec.name), labels: functionLabels(functionId) },
      data: { [keyField]: Buffer.from(randomBytes(keyBytes).toString('base64url')).toString('base64') },
    }),
  ])
}

async function createAnew(objects: FunctionObjects, map: ReturnType<typeof sourceConfigMap>): Promise<void> {
  if (await objects.create('configmaps', map)) return
  await objects.remove('configmaps', map.metadata.name)
  await objects.create('configmaps', map)
}

/** Says that the program is wanted, so that nobody takes it away before the revision names it. */
async function ensureProgram(objects: FunctionObjects, program: RuntimeProgram, now: number): Promise<void> {
  const map = runtimeConfigMap(program, now)
  for (;;) {
    if (await objects.create('configmaps', map)) return
    try {
      const annotations = { [usedAtAnnotation]: String(now) }
      const found = await objects.patch('configmaps', map.metadata.name, { metadata: { annotations } })
      refuseOther(found, program)
      return
    } catch (error) {
      // It was removed in this moment.
      if (!(error instanceof HksError) || error.code !== 'NOT_FOUND') throw error
    }
  }
}

/** @throws HksError CONFLICT when somebody has put other files under the program's name */
function refuseOther(found: ConfigMap, program: RuntimeProgram): void {
  if (program.files.every(({ key, text }) => found.data?.[key] === text)) return
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
    if (error instanceof HksError && error.code === 'FORBIDDEN') return 'unreadable' as const
    throw error
  })
