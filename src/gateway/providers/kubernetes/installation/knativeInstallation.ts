import { HksError, invalidField } from '../../../../contract/errors.ts'
import type { KnativeEvent } from '../../../../contract/knative.ts'
import type { Cluster, KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import type { OpenNamespaceWork } from '../namespaceWork.ts'
import { installKnative } from './installKnative.ts'
import { downloadParts, type KnativePart } from './parts.ts'
import { refuseForeignTypes } from './planInstallation.ts'
import { planRemoval } from './planRemoval.ts'
import { uninstallKnative } from './uninstallKnative.ts'
import { verifyWithFunction } from './verifyWithFunction.ts'

/** What installing Knative needs. */
export interface KnativeInstallationDeps {
  readonly client: () => Promise<KubeClient>
  /** What is downloaded where no manifests are given. */
  readonly parts: () => Promise<readonly KnativePart[]>
  /** Of the login shell: it may name a proxy. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  /** The functions of a namespace, for the verification. */
  readonly openFunctions: OpenNamespaceWork
  /** The cluster may have Knative now, or no more. */
  readonly onChange: () => void
}

/** Installs and removes Knative in one cluster, one after the other. */
export function createKnativeInstallation(
  deps: KnativeInstallationDeps,
): Pick<Cluster, 'installKnative' | 'planKnativeRemoval' | 'uninstallKnative'> {
  let isBusy = false
  const alone = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) throw new HksError('CONFLICT', 'Knative is being installed or removed in this cluster just now.')
    isBusy = true
    try {
      await work()
    } finally {
      isBusy = false
    }
  }
  return {
    installKnative: ({ manifests, ...accept }, tell, signal) =>
      alone(async () => {
        const [field] = Object.entries(accept)
        if (manifests && field) throw invalidField(...field, 'is about files that are downloaded, not manifests.')
        const client = await deps.client()
        const counted = createTally(tell)
        if (!manifests) await refuseForeignTypes(client, signal)
        const files =
          manifests ??
          (await downloadParts(await deps.parts(), {
            accepts: sha256 => accept.acceptUnverified === true || accept.acceptSha256?.includes(sha256) === true,
            ...{ tell, signal },
            environment: await deps.environment(),
          }))
        await installKnative(client, files, counted.tell, signal).finally(deps.onChange)
        const verified = await verifyWithFunction(client, deps.openFunctions, tell, signal).catch((error: unknown) => {
          signal.throwIfAborted()
          throw notVerified(error)
        })
        tell({ ...counted.done(), verified })
      }),
    planKnativeRemoval: async signal => {
      const objects = await planRemoval(await deps.client(), () => undefined, signal)
      return {
        objects: objects.map(({ kind, name, namespace }) => ({
          ...{ kind, name },
          ...(namespace === undefined ? {} : { namespace }),
        })),
      }
    },
    uninstallKnative: (tell, signal) =>
      alone(async () => {
        const counted = createTally(tell)
        await uninstallKnative(await deps.client(), counted.tell, signal).finally(deps.onChange)
        tell(counted.done())
      }),
  }
}

function createTally(tell: KnativeTeller) {
  const counts = { created: 0, changed: 0, unchanged: 0, kept: 0, deleted: 0 }
  return {
    tell: (event: KnativeEvent) => {
      if (event.type === 'object') counts[event.action] += 1
      tell(event)
    },
    done: () => {
      const { kept, unchanged, ...rest } = counts
      return { type: 'done' as const, ...rest, unchanged: unchanged + kept }
    },
  }
}

/** All parts run, but no function does. */
function notVerified(error: unknown): unknown {
  if (!(error instanceof HksError)) return error
  return new HksError(error.code, `Knative is installed, but a function could not be tried: ${error.message}`, {
    cause: error,
    hint: error.hint ?? 'hks-func cluster check may say why. What was installed stays.',
    ...(error.details ? { details: error.details } : {}),
  })
}
