import { type Document, isMap, LineCounter, parseAllDocuments } from 'yaml'
import { HksError } from '../../../../contract/errors.ts'

/** A file of manifests. */
export interface ManifestFile {
  readonly name: string
  readonly content: string
}

/** An object that a file wants to be there. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** A manifest with the file that it is in. */
export interface PlannedObject {
  readonly file: string
  readonly manifest: Manifest
}

/** The objects of all files, in the order of the files' names and of the objects in them. @throws HksError INVALID_REQUEST */
export function readManifests(files: readonly ManifestFile[]): readonly PlannedObject[] {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const objects = sorted.flatMap(readFile)
  if (objects.length > 0) return objects
  throw new HksError('INVALID_REQUEST', 'manifests: there is no object in them.', { details: { field: 'manifests' } })
}

function readFile({ name, content }: ManifestFile): readonly PlannedObject[] {
  const lines = new LineCounter()
  // As kubectl reads it: YAML 1.1 without its times and its numbers in base 60.
  const documents = parseAllDocuments(content, {
    version: '1.1',
    lineCounter: lines,
    customTags: tags =>
      tags.filter(tag => typeof tag === 'string' || !(tag.format === 'TIME' || tag.tag.endsWith(':timestamp'))),
  })
  return (Array.isArray(documents) ? documents : []).flatMap((document: Document.Parsed) => {
    const [error] = document.errors
    const line = lines.linePos(error?.pos[0] ?? document.contents?.range[0] ?? document.range[0]).line
    if (error) throw refused(name, line, error.message.split('\n', 1)[0] ?? '')
    // An empty document is nothing, or a scalar that is empty.
    if (document.toJS() === null) return []
    if (!isMap(document.contents)) throw refused(name, line, 'it is no object of Kubernetes')
    return expand(document.toJS() as Manifest).map(manifest => {
      const problem = problemOf(manifest)
      if (problem !== undefined) throw refused(name, line, problem)
      return { file: name, manifest }
    })
  })
}

/** A list of objects (core/v1 List) stands for its items. */
const expand = (manifest: Manifest): readonly Manifest[] =>
  manifest.kind === 'List' && Array.isArray(manifest['items']) ? (manifest['items'] as Manifest[]) : [manifest]

function problemOf(manifest: Partial<Manifest> | null): string | undefined {
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof manifest?.[field] !== 'string') return `it has no ${field}`
  }
  const { name } = (manifest?.metadata ?? {}) as { name?: unknown }
  return typeof name === 'string' && name !== '' ? undefined : 'it has no metadata.name'
}

const refused = (file: string, line: number, problem: string): HksError =>
  new HksError('INVALID_REQUEST', `manifests: ${file}, line ${line}: ${problem}.`, {
    details: { field: 'manifests', file, line },
  })

/** An object in words, as kubectl writes it: `deployment webhook in knative-serving`. */
export const wordsOf = ({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): string =>
  `${kind} ${metadata.name}${metadata.namespace === undefined ? '' : ` in ${metadata.namespace}`}`
