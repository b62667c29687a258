import { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import { applyObject, isWebhookAway } from './applyObject.ts'
import { type ManifestFile, wordsOf } from './manifest.ts'
import { lookEveryMs, pause } from './pacing.ts'
import { isDefinition, type PlannedStep, planInstallation } from './planInstallation.ts'
import { createResourceTypes, objectPath } from './resourceTypes.ts'
import { longestStartMs, untilRunning } from './untilRunning.ts'
import { untilEstablished } from './untilServed.ts'

/** Ends after so long without an object that could be applied: a webhook that is away, or a type that is not served. */
const longestRefusalMs = 180_000

/**
 * Applies the files: namespaces and types first, then all else in the order of the files, again and again what a webhook has
 * to admit that is about to come up. Answers when all Deployments are available.
 * @throws HksError as `planInstallation` does; KNATIVE_MISSING when a part does not run; `signal.reason` between two objects
 */
export async function installKnative(
  client: KubeClient,
  files: readonly ManifestFile[],
  tell: KnativeTeller,
  signal: AbortSignal,
  longestMs: { readonly refusal?: number; readonly start?: number } = {},
): Promise<void> {
  const types = createResourceTypes(client, signal)
  tell({ type: 'waiting', message: 'Looking at what is there' })
  const steps = await planInstallation(client, types, files, signal)
  tell({ type: 'planned', objects: steps.length })
  const definitions = steps.filter(({ manifest }) => isDefinition(manifest))
  const namespaces = steps.filter(({ manifest }) => manifest.kind === 'Namespace')
  const rest = steps.filter(step => !definitions.includes(step) && !namespaces.includes(step))

  await applyAll([...namespaces, ...definitions])
  await untilEstablished(
    client,
    definitions.flatMap(({ path }) => path ?? []),
    signal,
  )
  types.forget()
  const applied = await applyAll(rest)
  await untilRunning(client, applied, tell, signal, longestMs.start ?? longestStartMs)

  /** Applies in this order; what is refused for now comes again after the others. */
  async function applyAll(wanted: readonly PlannedStep[]) {
    const done: (PlannedStep & { readonly path: string })[] = []
    const longest = longestMs.refusal ?? longestRefusalMs
    let until = performance.now() + longest
    for (let open = wanted; open.length > 0; ) {
      const refused: PlannedStep[] = []
      let refusal: unknown
      for (const step of open) {
        signal.throwIfAborted()
        try {
          const path = await pathOf(step)
          await apply(step, path)
          done.push({ ...step, path })
        } catch (error) {
          if (!isWebhookAway(error) && !(error instanceof NotServed)) throw error
          refused.push(step)
          refusal = error
        }
      }
      const isStuck = refused.length === open.length
      if (!isStuck) until = performance.now() + longest
      else if (performance.now() > until) throw refusal
      open = refused
      if (!isStuck || open.length === 0) continue
      tell({ type: 'waiting', message: `Waiting until the cluster takes ${wordsOf(open[0]!.manifest)}` })
      types.forget()
      await pause(lookEveryMs, signal)
    }
    return done
  }
  async function apply({ manifest, kept }: PlannedStep, path: string): Promise<void> {
    const { kind, metadata } = manifest
    const { name, namespace } = metadata
    const action = kept ? 'kept' : await applyObject(client, path, manifest, signal)
    tell({ type: 'object', action, kind, name, ...(namespace === undefined ? {} : { namespace }) })
  }
  async function pathOf({ path, manifest }: PlannedStep): Promise<string> {
    if (path !== undefined) return path
    const type = await types.of(manifest.apiVersion, manifest.kind)
    if (type) return objectPath(type, manifest)
    throw new NotServed(manifest.apiVersion, manifest.kind)
  }
}

/** The type is defined, but the API server does not serve it yet. */
class NotServed extends HksError {
  constructor(apiVersion: string, kind: string) {
    super(
      'KNATIVE_MISSING',
      `The cluster does not serve ${kind} of ${apiVersion}, though its definition was applied.`,
      {
        details: { missing: [`${kind}.${apiVersion}`] },
      },
    )
  }
}
