import { HksError } from '../../../../../contract/errors.ts'
import type { TargetPlatform } from '../../../../domain/targetBuilds.ts'
import type { KubeClient } from '../../client/kubeClient.ts'
import type { KubeObject } from '../../client/kubeObject.ts'

/** The part of a core/v1 Node that says what can run on it. */
interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: { readonly nodeInfo?: { readonly operatingSystem?: string; readonly architecture?: string } }
}

/** What most clusters have, for who may not look at nodes. */
const assumed: TargetPlatform = 'linux/amd64'
const known: readonly TargetPlatform[] = ['linux/amd64', 'linux/arm64']

/**
 * The platform that an image of a cluster is built for: that of its nodes. `isAssumed` says that nobody could look.
 * @throws HksError UNSUPPORTED_PLATFORM when nodes are of several, or of none that is known
 */
export async function nodePlatform(
  client: Pick<KubeClient, 'list'>,
  signal: AbortSignal,
): Promise<{ readonly platform: TargetPlatform; readonly isAssumed: boolean }> {
  let nodes: readonly Node[]
  try {
    nodes = (await client.list<Node>('/api/v1/nodes', { signal })).items
  } catch (error) {
    if (error instanceof HksError && error.code === 'FORBIDDEN') return { platform: assumed, isAssumed: true }
    throw error
  }
  const found = new Set(
    nodes.flatMap(({ spec, status }) => {
      const { operatingSystem, architecture } = status?.nodeInfo ?? {}
      return spec?.unschedulable || architecture === undefined ? [] : [`${operatingSystem}/${architecture}`]
    }),
  )
  const usable = known.filter(platform => found.has(platform))
  if (usable.length === 1) return { platform: usable[0]!, isAssumed: false }
  const names = [...found].sort().join(', ') || 'none'
  throw new HksError('UNSUPPORTED_PLATFORM', `The nodes of the cluster are of the platforms ${names}: not of one.`, {
    details: { field: 'platform', platforms: [...found].sort() },
    hint: `Name the one to build images for: hks-func connection set NAME --platform ${usable[0] ?? assumed}`,
  })
}
