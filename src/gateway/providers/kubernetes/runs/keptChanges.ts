import { defined } from '../../../../base/defined.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { RunChanges } from '../../../domain/cronJob.ts'
import { annotations } from '../labels.ts'
import type { KubeJob } from '../objects/batchV1.ts'

/** Bytes: all annotations of an object have 256 KiB (TotalAnnotationSizeLimitB of apimachinery), and others want some, too. */
const mostBytes = 200 * 1024

/**
 * The annotations by which a Job keeps what its run has instead of what its CronJob says; none where that is nothing.
 * @throws HksError INVALID_REQUEST for more than annotations hold
 */
export function changesAnnotations(changes: RunChanges): Readonly<Record<string, string>> {
  if (Object.keys(changes).length === 0) return {}
  const text = JSON.stringify(changes)
  const bytes = Buffer.byteLength(text)
  if (bytes > mostBytes) {
    throw new HksError(
      'INVALID_REQUEST',
      `args and environment: the changes of this run have ${Math.ceil(bytes / 1024)} KiB, and a Job keeps at most 200 KiB.`,
      { hint: 'Let the command read so much from a file, a ConfigMap or its standard input.', details: { bytes } },
    )
  }
  return { [annotations.runChanges]: text }
}

/** What the run of a Job has instead of what its CronJob says; `undefined` for nothing, or where no gateway wrote it. */
export function keptChanges({ metadata }: KubeJob): RunChanges | undefined {
  const text = metadata.annotations?.[annotations.runChanges]
  // The template of a CronJob may have been copied from a Job.
  if (text === undefined || metadata.annotations?.[annotations.instantiate] === undefined) return undefined
  const { args, environment, image } = fieldsOf(text)
  const changes = defined({
    args: Array.isArray(args) && args.every(isText) ? args : undefined,
    environment: isVariables(environment) ? environment : undefined,
    image: isText(image) ? image : undefined,
  })
  return Object.keys(changes).length === 0 ? undefined : changes
}

/** Anybody may write an annotation. */
function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isVariables = (value: unknown): value is Readonly<Record<string, string>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isText)
