import { HksError } from '../../../../contract/errors.ts'
import type { RevisionRecord } from '../../../domain/function.ts'
import type { SecretResolver } from '../secrets.ts'
import type { CodeStore } from './codeStore.ts'
import type { RevisionCode } from './functionPool.ts'

/**
 * Gathers what a process needs of a revision: the folder of its source, and its secrets as they are now.
 * @throws HksError FUNCTION_UNAVAILABLE when the source is gone, NOT_FOUND when a secret is
 */
export type PrepareRevision = (projectId: string, revision: RevisionRecord) => Promise<RevisionCode>

/** Gathers from the data folder. */
export function createPrepareRevision(
  code: Pick<CodeStore, 'find'>,
  secrets: Pick<SecretResolver, 'resolve'>,
): PrepareRevision {
  return async (projectId, { spec, functionId, number, sourceDigest }) => {
    const folder = await code.find(sourceDigest)
    if (folder === undefined) {
      const message = `The source of revision ${number} is not in the data folder any more.`
      throw new HksError('FUNCTION_UNAVAILABLE', message, { hint: 'Deploy the function again.' })
    }
    return {
      functionId,
      functionName: spec.name,
      revision: number,
      runtime: spec.runtime,
      handler: spec.handler,
      folder,
      environment: spec.environment,
      secrets: await secrets.resolve(projectId, spec.secrets),
      secretReferences: spec.secrets.map(({ from }) => from),
      timeoutSeconds: spec.timeoutSeconds,
    }
  }
}
