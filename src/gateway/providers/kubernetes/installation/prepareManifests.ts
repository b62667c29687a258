import type { Manifest, PlannedObject } from './manifest.ts'

/** The class that Kourier serves, and the Deployment that says that Kourier is among the parts. */
const kourier = { class: 'kourier.ingress.networking.knative.dev', deployment: 'net-kourier-controller' }

/** Whether the object is the ConfigMap that names the ingress class. */
export const isNetworkConfig = ({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): boolean =>
  kind === 'ConfigMap' && metadata.name === 'config-network'

/**
 * What is applied for what the files say: with the ingress class of Kourier where Kourier is among the parts and none is
 * named, neither in them nor in the cluster (`classThere`); without the rules of aggregated ClusterRoles, which a controller
 * of Kubernetes fills in.
 */
export function prepareManifests(
  planned: readonly PlannedObject[],
  classThere: string | undefined,
): readonly PlannedObject[] {
  const hasKourier = planned.some(
    ({ manifest }) => manifest.kind === 'Deployment' && manifest.metadata.name === kourier.deployment,
  )
  const wanted = classThere ?? (hasKourier ? kourier.class : undefined)
  return planned.map(each => {
    const { manifest } = each
    if (isNetworkConfig(manifest) && wanted !== undefined) return { ...each, manifest: withClass(manifest, wanted) }
    if (manifest.kind === 'ClusterRole' && manifest['aggregationRule'])
      return { ...each, manifest: withoutRules(manifest) }
    return each
  })
}

function withClass(manifest: Manifest, name: string): Manifest {
  const data = manifest['data'] as Readonly<Record<string, string>> | undefined
  if (data?.['ingress-class'] !== undefined || data?.['ingress.class'] !== undefined) return manifest
  return { ...manifest, data: { ...data, 'ingress-class': name } }
}

function withoutRules({ rules: _filledIn, ...manifest }: Manifest): Manifest {
  return manifest
}
