import type { Manifest, PlannedObject } from './manifest.ts'
import type { LiveObject } from './mark.ts'

/** The class that Kourier serves, and the Deployment that says that Kourier is among the parts. */
const kourier = { class: 'kourier.ingress.networking.knative.dev', deployment: 'net-kourier-controller' }

/** An object that a file wants, and as it is. */
export interface SeenObject extends PlannedObject {
  readonly live: LiveObject | undefined
}

interface Webhook {
  readonly name: string
  readonly rules?: unknown
}

/**
 * What is applied for what the files say. Kourier's class is added where Kourier is among the parts and no other is named,
 * neither in the files nor in the cluster. What is filled in by others is left to them: the rules of aggregated ClusterRoles by
 * Kubernetes, those of webhooks by Knative, whose files only say something until it runs.
 */
export function prepareManifests(seen: readonly SeenObject[]): readonly Manifest[] {
  const hasKourier = seen.some(
    ({ manifest }) => manifest.kind === 'Deployment' && manifest.metadata.name === kourier.deployment,
  )
  return seen.map(({ manifest, live }) => {
    if (manifest.kind === 'ConfigMap' && manifest.metadata.name === 'config-network') {
      return withClass(manifest, classOf(live) ?? (hasKourier ? kourier.class : undefined))
    }
    if (manifest.kind === 'ClusterRole' && manifest['aggregationRule']) return withoutRules(manifest)
    return /^(Mutating|Validating)WebhookConfiguration$/.test(manifest.kind) && live
      ? withRulesOf(manifest, (live['webhooks'] ?? []) as readonly Webhook[])
      : manifest
  })
}

function withClass(manifest: Manifest, name: string | undefined): Manifest {
  if (name === undefined || classOf(manifest) !== undefined) return manifest
  return { ...manifest, data: { ...(manifest['data'] as object | undefined), 'ingress-class': name } }
}

/** Both spellings are Knative's. */
function classOf(object: { readonly [field: string]: unknown } | undefined): string | undefined {
  const data = object?.['data'] as Readonly<Record<string, string>> | undefined
  return data?.['ingress-class'] ?? data?.['ingress.class']
}

function withoutRules({ rules: _filledIn, ...manifest }: Manifest): Manifest {
  return manifest
}

function withRulesOf(manifest: Manifest, live: readonly Webhook[]): Manifest {
  const webhooks = manifest['webhooks'] as readonly Webhook[] | undefined
  if (!webhooks) return manifest
  const filled = webhooks.map(webhook => {
    const rules = live.find(({ name }) => name === webhook.name)?.rules
    return rules === undefined ? webhook : { ...webhook, rules }
  })
  return { ...manifest, webhooks: filled }
}
