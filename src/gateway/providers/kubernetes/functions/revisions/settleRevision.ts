import { HksError } from '../../../../../contract/errors.ts'
import type { TrafficShare } from '../../../../domain/function.ts'
import { reasonWords } from '../objects/conditionWords.ts'
import type { KubeObject } from '../../client/kubeObject.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import { isAbsent, isConflict } from '../objects/functionObjects.ts'
import { annotations, functionIdOf, keyName, labels, revisionName, sourceName } from '../objects/functionNames.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import {
  conditionOf,
  type KnativeRevision,
  type KnativeService,
  type RevisionTemplate,
  servingVersion,
  type TrafficTarget,
} from '../objects/knativeObjects.ts'
import { readFacts, type RevisionFacts } from '../objects/revisionFacts.ts'
import { seenWithin } from '../seenWithin.ts'
import type { SteadyObjects } from './steadyObjects.ts'
import { type FailedRevision, latestTraffic, readState, withState } from '../objects/serviceState.ts'

/** The ends of deployments, each so that two gateways which do it at once come to the same. */
export interface RevisionSettlement {
  /** Leads all calls to the newest revision that is ready. */
  leadToLatest(name: string): Promise<void>
  /** Divides the calls. @throws HksError CONFLICT while a deployment is under way */
  divide(functionId: string, name: string, shares: readonly TrafficShare[]): Promise<void>
  /** The revision serves: nothing is under way any more. */
  finish(name: string, number: number): Promise<void>
  /** After that: what it replaced for good goes, and what it needs goes with it one day. */
  tidy(sight: FunctionSight, number: number): Promise<void>
  /**
   * The revision does not serve: what served before is the template again, and the revision goes. With a reason it is listed
   * as failed. A Service that was made for it stays only with a reason.
   */
  takeBack(functionId: string, name: string, number: number, reason: string | undefined): Promise<void>
  /** A revision of a function that is there could not even be made: it is listed as failed, and its number is used up. */
  noteFailure(functionId: string, name: string, failed: FailedRevision): Promise<void>
}

/** Somebody else's change comes between so often at most. */
const mostTries = 5

/** Milliseconds in which Knative takes a template up, at most: it does so in a tenth of a second. */
const takenUpMs = 20_000

/** Settles deployments of one namespace. */
export function createRevisionSettlement(
  objects: SteadyObjects,
  view: Pick<FunctionsView, 'until'>,
  { projectId, signal: scopeSignal }: Pick<NamespaceScope, 'projectId' | 'signal'>,
): RevisionSettlement {
  const changeService = async (
    name: string,
    change: (service: KnativeService) => KnativeService | undefined,
  ): Promise<KnativeService | undefined> => {
    for (let tries = 1; ; tries++) {
      const service = await objects.find('services', name)
      const changed = service && change(service)
      if (!changed) return service
      try {
        return await objects.replace(changed)
      } catch (error) {
        if (isAbsent(error)) return undefined
        if (!isConflict(error) || tries === mostTries) throw error
      }
    }
  }
  const dropRevision = async (name: string, facts: RevisionFacts | undefined) => {
    await objects.remove('revisions', name)
    await objects.endPods('revision', name)
    // It is the revision's own only once that is ready. Without the facts it is swept away later.
    if (facts) await objects.remove('configmaps', sourceName(name, facts.id))
  }
  /** What goes on without it is only later. */
  const seen = (functionId: string, test: (sight: FunctionSight) => boolean): Promise<boolean> =>
    seenWithin(view, functionId, takenUpMs, sight => !sight || test(sight), scopeSignal)
  /** As long as Knative has not heard that a revision is the template no more, it makes one anew that is deleted. */
  const untilTakenUp = (functionId: string, failed: string) =>
    seen(functionId, ({ service }) => {
      const { template } = service.spec
      return template.metadata.name !== failed && service.status?.latestCreatedRevisionName !== failed
    })
  /** It goes with its owner. */
  const own = async (kind: 'configmaps' | 'secrets', name: string, ownerKind: string, { metadata }: KubeObject) => {
    const owner = { apiVersion: servingVersion, kind: ownerKind, name: metadata.name, uid: metadata.uid }
    try {
      await objects.patch(kind, name, { metadata: { ownerReferences: [owner] } })
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }
  return {
    leadToLatest: async name => {
      await changeService(name, service => ({
        ...service,
        spec: { ...service.spec, traffic: latestTraffic(service.spec.traffic) },
      }))
    },
    divide: async (functionId, name, shares) => {
      const left = await changeService(name, service => {
        if (readState(service).deployment) {
          throw new HksError('CONFLICT', `A deployment of "${name}" is under way.`, {
            hint: 'Wait for its end, or cancel it, then divide the calls.',
          })
        }
        return { ...service, spec: { ...service.spec, traffic: trafficOf(service, shares) } }
      })
      if (!left || (await seen(functionId, ({ service }) => isDivided(service, left, shares)))) return
      const now = await objects.find('services', name)
      const why = reasonWords(conditionOf(now, 'RoutesReady') ?? {})
      throw new HksError('DEPLOY_FAILED', `The cluster has not divided the calls of "${name}" yet: ${why}`, {
        hint: 'It goes on trying. Look at the revisions in a moment.',
      })
    },
    finish: async (name, number) => {
      await changeService(name, service => {
        const state = readState(service)
        if (state.deployment?.revision !== number) return undefined
        return withState(service, { lastRevision: state.lastRevision, failed: state.failed })
      })
    },
    tidy: async ({ service, revisions }, number) => {
      const served = revisions.find(revision => readFacts(revision)?.number === number)
      await Promise.all([
        served && own('configmaps', sourceName(served.metadata.name, readFacts(served)!.id), 'Revision', served),
        own('secrets', keyName(service.metadata.name), 'Service', service),
        ...revisions
          .filter(revision => isReplaced(revision, service, number))
          .map(revision => dropRevision(revision.metadata.name, readFacts(revision))),
      ])
    },
    noteFailure: async (functionId, name, failed) => {
      await changeService(name, service => {
        if (functionIdOf(service, projectId) !== functionId) return undefined
        const state = readState(service)
        const others = state.failed.filter(({ number }) => number !== failed.number)
        return withState(service, {
          ...state,
          lastRevision: Math.max(state.lastRevision, failed.number),
          failed: [failed, ...others].toSorted((a, b) => b.number - a.number),
        })
      })
    },
    takeBack: async (functionId, name, number, reason) => {
      const failed = revisionName(name, number)
      const service = await objects.find('services', name)
      if (!service) return
      const mark = readState(service).deployment
      const { template } = service.spec
      const facts = readFacts(
        template.metadata.name === failed ? template : ((await objects.find('revisions', failed)) ?? nothing),
      )
      if (mark?.revision === number && mark.created && reason === undefined) {
        await objects.remove('services', name, { uid: service.metadata.uid, foreground: true })
        await objects.endPods('service', name)
        await dropRevision(failed, facts)
        await objects.remove('secrets', keyName(name))
        return
      }
      const previous = mark?.previous === undefined ? undefined : await objects.find('revisions', mark.previous)
      const left = await changeService(name, current => withoutRevision(current, number, reason, previous))
      if (!left) return
      // One that never served has not got it yet.
      await own('secrets', keyName(name), 'Service', left)
      if (left.spec.template.metadata.name === failed) return
      await untilTakenUp(functionId, failed)
      await dropRevision(failed, facts)
      await seen(functionId, ({ revisions }) => revisions.every(({ metadata }) => metadata.name !== failed))
    },
  }
}

const nothing = { metadata: {} }

function trafficOf(service: KnativeService, shares: readonly TrafficShare[]): readonly TrafficTarget[] {
  const { name } = service.metadata
  return shares.map(({ revision, percent, tag }) => {
    const named = revisionName(name, revision)
    const isNewest = percent === 100 && named === service.status?.latestReadyRevisionName
    // Named, it would keep the calls of all that come after it.
    const target = isNewest ? { latestRevision: true } : { revisionName: named }
    return { ...target, percent, ...(tag === undefined ? {} : { tag }) }
  })
}

/** Whether the ingress leads calls as it is asked to. */
function isDivided(service: KnativeService, { metadata }: KnativeService, shares: readonly TrafficShare[]): boolean {
  const { observedGeneration = 0, traffic = [] } = service.status ?? {}
  const percentOf = (name: string) =>
    traffic.reduce((sum, target) => sum + (target.revisionName === name ? (target.percent ?? 0) : 0), 0)
  return (
    observedGeneration >= (metadata.generation ?? 0) &&
    conditionOf(service, 'RoutesReady')?.status === 'True' &&
    shares.every(({ revision, percent }) => percentOf(revisionName(metadata.name, revision)) === percent)
  )
}

/** A revision that nobody can want again: one of a hot reload, or one that never came to serve. */
function isReplaced(revision: KnativeRevision, service: KnativeService, number: number): boolean {
  const facts = readFacts(revision)
  if (!facts || facts.number >= number) return false
  const { name } = revision.metadata
  const isNamed = [...(service.spec.traffic ?? []), ...(service.status?.traffic ?? [])].some(
    ({ revisionName: named, percent, tag }) => named === name && (tag !== undefined || (percent ?? 0) > 0),
  )
  return !isNamed && (facts.transient === true || conditionOf(revision, 'Ready')?.status !== 'True')
}

/** The Service without a revision that failed; `undefined` when nothing is to be changed. */
function withoutRevision(
  service: KnativeService,
  number: number,
  reason: string | undefined,
  previous: KnativeRevision | undefined,
): KnativeService | undefined {
  const state = readState(service)
  const isTemplate = service.spec.template.metadata.name === revisionName(service.metadata.name, number)
  const isMarked = state.deployment?.revision === number
  const facts = isTemplate ? readFacts(service.spec.template) : undefined
  const isListed = state.failed.some(failed => failed.number === number)
  if (!isMarked && (!isTemplate || isListed)) return undefined
  const failure: FailedRevision[] = facts && reason !== undefined && !isListed ? [{ ...facts, reason }] : []
  const next = { lastRevision: state.lastRevision, failed: [...failure, ...state.failed] }
  return {
    ...withState(service, next),
    spec: { ...service.spec, ...(previous && isTemplate ? { template: templateOf(previous) } : {}) },
  }
}

/** A revision as a template again. Knative takes it for the same one when name and spec are the same. */
const templateOf = ({ metadata, spec }: KnativeRevision): RevisionTemplate => ({
  metadata: {
    name: metadata.name,
    labels: pick(metadata.labels, key => key.startsWith('hexabase.io/') || key === labels.managedBy),
    annotations: pick(
      metadata.annotations,
      key => key === annotations.revision || key.startsWith('autoscaling.knative.dev/'),
    ),
  },
  spec,
})

const pick = (from: Readonly<Record<string, string>> = {}, wanted: (key: string) => boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(from).filter(([key]) => wanted(key)))
