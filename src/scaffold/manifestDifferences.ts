import { isDeepStrictEqual } from 'node:util'

/** A field that differs between two objects; `undefined` where one has none. */
export interface ManifestDifference {
  /** As Kubernetes writes it: `spec.jobTemplate.spec.template.spec.containers[0].image`. */
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** The fields that differ, each as deep as both have it; lists of one length are compared item by item. */
export function manifestDifferences(before: unknown, after: unknown, field = ''): readonly ManifestDifference[] {
  if (isDeepStrictEqual(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, i) => manifestDifferences(item, (after as unknown[])[i], `${field}[${i}]`))
  if (isMapping(before) && isMapping(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key =>
      manifestDifferences(before[key], after[key], pathTo(field, key)),
    )
  return [{ field, before, after }]
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const pathTo = (field: string, key: string): string => {
  const part = /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
  return field === '' ? part : `${field}.${part}`
}
