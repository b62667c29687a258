import { languageOf } from '../../../domain/functionContent.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { Runtime } from '../../../../contract/functions.ts'
import type { DeployProgress, FunctionSpec, RevisionRecord } from '../../../domain/function.ts'
import type { SecretResolver } from '../secrets.ts'
import type { CodeStore } from './codeStore.ts'
import type { FunctionLog } from '../../../domain/functionLog.ts'
import type { RevisionCode } from './functionPool.ts'
import type { RuntimeLimits } from './runtimeLimits.ts'
import type { SourceBuilder } from './sourceBuilder.ts'

/**
 * Gathers what a process needs of a revision: the folder to load, which is built when it has to be, and its secrets as
 * they are now.
 * @throws HksError FUNCTION_UNAVAILABLE when the source is gone, NOT_FOUND when a secret is; what a builder throws
 */
export type PrepareRevision = (
  projectId: string,
  revision: RevisionRecord,
  signal: AbortSignal,
  onProgress?: (progress: DeployProgress) => void,
) => Promise<RevisionCode>

/** What gathering needs. */
export interface PrepareRevisionOptions {
  readonly code: Pick<CodeStore, 'find'>
  readonly secrets: Pick<SecretResolver, 'resolve'>
  readonly builderOf: (runtime: Runtime) => Pick<SourceBuilder, 'build'>
  /** Takes what builders say. */
  readonly log: Pick<FunctionLog, 'system'>
  /** Those of this machine. */
  readonly processors: number
}

/** Gathers from the data folder. */
export function createPrepareRevision({
  code,
  secrets,
  builderOf,
  log,
  processors,
}: PrepareRevisionOptions): PrepareRevision {
  return async (projectId, { spec, functionId, number, sourceDigest }, signal, onProgress = () => undefined) => {
    const folder = await code.find(sourceDigest)
    if (folder === undefined) {
      const message = `The source of revision ${number} is not in the data folder any more.`
      throw new HksError('FUNCTION_UNAVAILABLE', message, { hint: 'Deploy the function again.' })
    }
    const version = spec.runtimeVersion === undefined ? {} : { runtimeVersion: spec.runtimeVersion }
    const source = { digest: sourceDigest, folder, handler: spec.handler, network: spec.network, ...version }
    const prepared = await builderOf(languageOf(spec)).build(source, signal, {
      progress: onProgress,
      line: text => log.system(functionId, text),
    })
    onProgress({ phase: 'starting' })
    return {
      functionId,
      functionName: spec.name,
      revision: number,
      runtime: languageOf(spec),
      ...version,
      handler: spec.handler,
      ...prepared,
      environment: spec.environment,
      secrets: await secrets.resolve(projectId, spec.secrets),
      secretReferences: spec.secrets.map(({ from }) => from),
      timeoutSeconds: spec.timeoutSeconds,
      limits: limitsOf(spec, processors),
      profile: spec.profile,
      network: spec.network,
      ...(spec.allowedHosts && { allowedHosts: spec.allowedHosts }),
    }
  }
}

/** Without a limit of its own a call may use what its time leaves room for; more is used by what does not end with it. */
const limitsOf = ({ resources, timeoutSeconds }: FunctionSpec, processors: number): RuntimeLimits => ({
  memoryBytes: resources.memoryBytes,
  cpuSeconds: resources.cpuSeconds ?? timeoutSeconds * processors,
})
