import type { CronJobRecord } from '../../../domain/cronJob.ts'
import { labels } from '../labels.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import type { PatchOperation } from './changes.ts'
import { ownMark } from './ownMark.ts'

/**
 * The object with its mark, which others may have taken away with a manifest of their own: another gateway knows it by
 * that. The object itself where it has the label, and where it never had an id of ours.
 */
export function marked(object: KubeCronJob, { id, projectId }: Pick<CronJobRecord, 'id' | 'projectId'>): KubeCronJob {
  const { metadata } = object
  if (id === metadata.uid || metadata.labels?.[labels.appId] === id) return object
  const mark = ownMark(id, projectId, metadata.name)
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...mark.labels },
      annotations: { ...metadata.annotations, ...mark.annotations },
    },
  }
}

/** The operations that make of an object what {@link marked} made of it; before others, which begin with that. */
export function markOperations(object: KubeCronJob, { metadata }: KubeCronJob): readonly PatchOperation[] {
  if (metadata === object.metadata) return []
  return (['labels', 'annotations'] as const).map(field => ({
    ...{ op: 'add', path: `/metadata/${field}` },
    value: metadata[field],
  }))
}
