import { HksError, invalidField } from '../../../../../contract/errors.ts'
import type { DeployProgress, FunctionSpec, Source } from '../../../../domain/function.ts'
import { languageOf } from '../../../../domain/functionContent.ts'
import type { KubeClient } from '../../client/kubeClient.ts'
import type { FunctionImages } from '../../images/functionImage.ts'
import { formatReference, parseReference } from '../../images/reference.ts'
import type { ImageProgress } from '../../images/image.ts'
import type { FunctionSettings } from '../functionSettings.ts'
import { whyImageIsNeeded } from './neededImage.ts'
import { nodePlatform } from './nodePlatform.ts'
import { registryAccess, repositoryOf } from './registryOf.ts'
import type { RevisionContent } from '../objects/revisionContent.ts'
import { runtimeImage } from './runtimeImage.ts'
import type { RuntimeProgram } from '../objects/runtimeProgram.ts'

/** Told while the content of a revision is made. */
export interface ContentTeller {
  readonly progress: (progress: DeployProgress) => void
  /** A line for the log of the function. */
  readonly line: (text: string) => void
}

/** How a revision gets its content. */
export type ContentPlan =
  /** Quick: nothing is built. */
  | { readonly kind: 'there'; readonly content: RevisionContent }
  /** Takes its time, and can be ended. */
  | {
      readonly kind: 'built'
      readonly build: (signal: AbortSignal, tell: ContentTeller) => Promise<RevisionContent>
    }

/** Chooses what a revision is made of. @throws HksError UNSUPPORTED_PLATFORM, RUNTIME_MISSING, INVALID_REQUEST */
export type PlanContent = (spec: FunctionSpec, source: Source | undefined) => Promise<ContentPlan>

/** What {@link createContentPlanner} needs. */
export interface ContentPlannerOptions {
  readonly client: Pick<KubeClient, 'list'>
  readonly settings: () => FunctionSettings
  readonly programOf: (runtime: RuntimeProgram['runtime']) => Promise<RuntimeProgram>
  /** Builds images; absent where nothing can. */
  readonly images?: FunctionImages
}

/** Functions that need nothing but their source get no image of their own. */
export function createContentPlanner({ client, settings, programOf, images }: ContentPlannerOptions): PlanContent {
  return async (spec, source) => {
    if (spec.image !== undefined || !source) {
      return { kind: 'there', content: { kind: 'given', image: ownImage(spec.image ?? '') } }
    }
    const now = settings()
    const runtime = languageOf(spec)
    const image = runtimeImage(spec, now.images)
    const why = whyImageIsNeeded({ runtime }, source)
    if (why === undefined) {
      const program = await programOf(runtime as RuntimeProgram['runtime'])
      return { kind: 'there', content: { kind: 'mounted', image, program } }
    }
    const repository = repositoryOf(spec.name, why, now)
    if (!images) throw new HksError('UNSUPPORTED_PLATFORM', `${why} needs an image, which can not be built here.`)
    const build = async (signal: AbortSignal, { progress, line }: ContentTeller): Promise<RevisionContent> => {
      const { platform, isAssumed } = now.platform
        ? { platform: now.platform, isAssumed: false }
        : await nodePlatform(client, signal)
      if (isAssumed) line(`The image is built for ${platform}: the nodes of the cluster may not be listed.`)
      const request = {
        spec: { ...spec, runtime },
        source,
        base: image,
        platform,
        repository,
        access: await registryAccess(now),
        ...(now.connectionName === undefined ? {} : { connectionName: now.connectionName }),
      }
      const told = { progress, line, image: (step: ImageProgress) => progress(pushing(step)) }
      const { reference, partsPlace } = await images.build(request, signal, told)
      return { kind: 'built', image: reference, ...(partsPlace !== undefined && { partsPlace }) }
    }
    return { kind: 'built', build }
  }
}

/** Only what goes over the network is counted. */
const pushing = ({ phase, completedBytes, totalBytes }: ImageProgress): DeployProgress =>
  phase === 'packing' ? { phase: 'pushing' } : { phase: 'pushing', completed: completedBytes, total: totalBytes }

/** An image of its user's, whole. @throws HksError INVALID_REQUEST naming `image` */
function ownImage(image: string): string {
  const reference = parseReference(image, 'image')
  // Knative reads references with go-containerregistry, whose repositories have at least two characters (pkg/name).
  if (reference.repository.length > 1) return formatReference(reference)
  throw invalidField('image', image, `"${image}" has a name of one character, which Knative does not take.`)
}
