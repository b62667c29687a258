import { HksError } from '../../../../../contract/errors.ts'
import { despiteLostAnswer } from '../../client/lostAnswer.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import { type FunctionObjects, isConflict } from '../objects/functionObjects.ts'
import { functionIdOf, revisionNumber } from '../objects/functionNames.ts'
import type { KnativeService } from '../objects/knativeObjects.ts'
import { readFacts } from '../objects/revisionFacts.ts'
import { type RevisionPlan, revisionTemplate, serviceManifest } from '../objects/serviceManifest.ts'
import { type DeploymentMark, latestTraffic, readState, withState, writeState } from '../objects/serviceState.ts'

/** Somebody else's change comes between so often at most. */
const mostTries = 5

/** The number for the next revision of a Service; numbers are never given out twice. */
export const nextNumber = (service: KnativeService | undefined): number =>
  service === undefined
    ? 1
    : 1 +
      Math.max(
        readState(service).lastRevision,
        revisionNumber(service.metadata.name, service.spec.template.metadata.name ?? ''),
        revisionNumber(service.metadata.name, service.status?.latestCreatedRevisionName ?? ''),
      )

/** The Service of that name, if it is Hexabase's. @throws HksError CONFLICT when it is somebody else's, or about to go */
export async function findOwnService(
  objects: FunctionObjects,
  name: string,
  projectId: string,
): Promise<KnativeService | undefined> {
  const service = await objects.find('services', name)
  if (!service) return undefined
  if (functionIdOf(service, projectId) === undefined) {
    throw new HksError('CONFLICT', `The Knative Service "${name}" was not made by Hexabase.`, {
      details: { service: name },
      hint: 'Choose another name for the function.',
    })
  }
  if (service.metadata.deletionTimestamp !== undefined) {
    throw new HksError('CONFLICT', `The function "${name}" is being deleted.`, {
      hint: 'Deploy it again in a moment.',
    })
  }
  return service
}

/**
 * Makes the Service, or gives it the revision as its template; what serves goes on serving. Calls reach the new revision
 * when it is ready: where they follow the latest one Knative does it by itself.
 * @throws HksError CONFLICT when another deployment has taken the number; CONNECTION_FAILED, where `mayHaveHappened` says
 * whether it may be there all the same
 */
export async function putRevision(
  objects: FunctionObjects,
  plan: RevisionPlan,
  existing: KnativeService | undefined,
  scope: NamespaceScope,
): Promise<void> {
  const { number, createdAt } = plan.revision
  const mark = { revision: number, startedAt: createdAt }
  if (!existing) {
    const state = { lastRevision: number, deployment: { ...mark, created: true }, failed: [] }
    const manifest = serviceManifest(plan, scope, latestTraffic())
    const metadata = { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, ...writeState(state) } }
    const isMade = await despiteLostAnswer(
      () => objects.create('services', { ...manifest, metadata }),
      async () => holds(await objects.find('services', plan.spec.name), plan),
      scope.signal,
    )
    // One whose answer was lost may have come after the look.
    if (isMade || holds(await objects.find('services', plan.spec.name), plan)) return
    throw taken(plan)
  }
  for (let tries = 1, service: KnativeService | undefined = existing; ; tries++) {
    const isOwn = service && functionIdOf(service, scope.projectId) === plan.functionId
    // A lower number is that of a deployment of this gateway that goes on, or has failed.
    if (!service || !isOwn || nextNumber(service) > number) throw taken(plan)
    const changed = withRevision(service, plan, mark)
    try {
      await despiteLostAnswer(
        () => objects.replace(changed).then(() => true),
        async () => holds(await objects.find('services', plan.spec.name), plan),
        scope.signal,
      )
      return
    } catch (error) {
      if (!isConflict(error) || tries === mostTries) throw error
      service = await findOwnService(objects, plan.spec.name, scope.projectId)
    }
  }
}

/** Whether the revision is the template already; `undefined` when it is not. */
const holds = (service: KnativeService | undefined, { revision }: RevisionPlan): true | undefined =>
  service && readFacts(service.spec.template)?.id === revision.id ? true : undefined

function withRevision(
  service: KnativeService,
  plan: RevisionPlan,
  mark: Pick<DeploymentMark, 'revision' | 'startedAt'>,
): KnativeService {
  const state = readState(service)
  const previous = service.status?.latestReadyRevisionName ?? state.deployment?.previous
  const deployment: DeploymentMark = { ...mark, created: false, ...(previous === undefined ? {} : { previous }) }
  return {
    ...withState(service, { ...state, lastRevision: mark.revision, deployment }),
    spec: { ...service.spec, template: revisionTemplate(plan) },
  }
}

const taken = ({ spec }: RevisionPlan) =>
  new HksError('CONFLICT', `Another deployment of "${spec.name}" began at the same moment.`, {
    hint: 'Deploy again.',
  })
