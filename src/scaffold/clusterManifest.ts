import { isDeepStrictEqual } from 'node:util'
import { isCronJob } from './cronJobManifest.ts'
import { isClusterDefault } from './clusterDefaults.ts'
import { writeYaml } from './writeManifest.ts'
import { applyEdits, editField, type TextEdit } from './yamlEdits.ts'
import { largestYaml, parseEachYaml, type YamlDocument } from './yamlFile.ts'
import type { YamlPath } from './yamlPlaces.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * What a manifest file would say if its CronJob of that name were as the cluster has it, all fields counted: the same text
 * but for what differs. Fields that the file leaves out and that have the cluster's default are left out as well. A file
 * that has no such CronJob, or is written in a way that cannot be followed, gives the whole manifest anew.
 */
export function clusterManifest(text: string, name: string, present: Fields): string {
  const yaml = find(text, name)
  const shown = withoutDefaults(present, yaml?.value, []) as Fields
  if (yaml === undefined) return writeYaml(shown)
  const edits = editsOf(yaml, text, yaml.value, shown, [])
  const edited = edits.includes(undefined) ? undefined : applyEdits(text, edits as TextEdit[])
  const isRight = edited !== undefined && isDeepStrictEqual(find(edited, name)?.value, shown)
  return isRight ? edited : writeYaml(shown)
}

function find(text: string, name: string): YamlDocument | undefined {
  if (text.length > largestYaml) return undefined
  return parseEachYaml(text, 'manifest').find(
    yaml => yaml.broken === undefined && isCronJob(yaml) && fieldsOf(fieldsOf(yaml.value)['metadata'])['name'] === name,
  )
}

/** The value without what the cluster has added by itself, unless the file says it. */
function withoutDefaults(value: unknown, said: unknown, path: YamlPath): unknown {
  if (Array.isArray(value))
    return value.map((item, i) =>
      withoutDefaults(item, Array.isArray(said) ? (said as unknown[])[i] : undefined, [...path, i]),
    )
  if (!isMapping(value)) return value
  const spoken = fieldsOf(said)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      const at = [...path, key]
      if (key in spoken) return [[key, withoutDefaults(field, spoken[key], at)]]
      if (isClusterDefault(at, field, value)) return []
      const kept = withoutDefaults(field, undefined, at)
      // What held nothing but the cluster's own is no news either.
      const isEmptied = isMapping(kept) && Object.keys(kept).length === 0 && Object.keys(fieldsOf(field)).length > 0
      return isEmptied ? [] : [[key, kept]]
    }),
  )
}

function editsOf(
  yaml: YamlDocument,
  text: string,
  said: unknown,
  wanted: unknown,
  path: YamlPath,
): readonly (TextEdit | undefined)[] {
  if (isDeepStrictEqual(said, wanted)) return []
  if (isMapping(said) && isMapping(wanted))
    return [...new Set([...Object.keys(said), ...Object.keys(wanted)])].flatMap(key =>
      editsOf(yaml, text, said[key], wanted[key], [...path, key]),
    )
  const isSameList = Array.isArray(said) && Array.isArray(wanted) && said.length === wanted.length
  if (isSameList && [...(said as unknown[]), ...(wanted as unknown[])].every(isMapping))
    return said.flatMap((item: unknown, i) => editsOf(yaml, text, item, (wanted as unknown[])[i], [...path, i]))
  return [editField(yaml.document, text, path, wanted)]
}

const isMapping = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const fieldsOf = (value: unknown): Fields => (isMapping(value) ? value : {})
