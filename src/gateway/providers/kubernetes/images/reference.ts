import { invalidField } from '../../../../contract/errors.ts'

/** Where an image is. */
export interface ImageReference {
  /** `host` or `host:port`, as a person writes it. */
  readonly registry: string
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** What an image without a registry is in, as Docker has it. */
const defaultRegistry = 'docker.io'
/** The folder of Docker Hub's own images. */
const defaultFolder = 'library'

// The grammar of distribution/reference.
const host =
  /^(?:[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?(?:\.[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?)*|\[[\da-fA-F:]+\])(?::\d+)?$/
const repositoryName = /^[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*)*$/
const tagName = /^\w[\w.-]{0,127}$/
const digestForm = /^sha256:[\da-f]{64}$/
const longestName = 255

/**
 * Reads a reference as Docker does: `node`, `node:24-slim`, `localhost:5000/x`, `ghcr.io/a/b@sha256:…`.
 * @throws HksError INVALID_REQUEST naming `field`
 */
export function parseReference(text: string, field: string): ImageReference {
  const refuse = (problem: string) =>
    invalidField(field, text, `"${text}" ${problem}.`, 'Example: registry.example.com/team/function:1')
  const [rest = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !digestForm.test(digest)))
    throw refuse('has a digest that is not sha256: and 64 hexadecimal digits')
  const colon = rest.lastIndexOf(':')
  const hasTag = colon > rest.lastIndexOf('/')
  const tag = hasTag ? rest.slice(colon + 1) : undefined
  if (tag !== undefined && !tagName.test(tag)) throw refuse('has a tag that no registry takes')
  const { registry, repository } = splitName(hasTag ? rest.slice(0, colon) : rest)
  if (!host.test(registry)) throw refuse('begins with no host')
  if (repository !== repository.toLowerCase()) throw refuse('has capital letters in its name')
  if (!repositoryName.test(repository) || repository.length > longestName) throw refuse('is no name of an image')
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest }
}

/** Reads a repository for images. @throws HksError INVALID_REQUEST naming `field` */
export function parseRepository(text: string, field: string): Pick<ImageReference, 'registry' | 'repository'> {
  const { registry, repository, digest } = parseReference(text, field)
  if (digest !== undefined || text.lastIndexOf(':') > text.lastIndexOf('/'))
    throw invalidField(field, text, `"${text}" has a tag or a digest; the images get their own.`)
  return { registry, repository }
}

/** The first part is a host if it looks like one. */
function splitName(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const registry = isHost ? first : defaultRegistry
  const repository = isHost ? name.slice(slash + 1) : name
  if (registry !== defaultRegistry && registry !== `index.${defaultRegistry}`) return { registry, repository }
  return {
    registry: defaultRegistry,
    repository: repository.includes('/') ? repository : `${defaultFolder}/${repository}`,
  }
}

/** As a person writes it, with everything that is known. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** Where the registry of a reference answers: Docker Hub's name is not its host. */
export const apiHostOf = (registry: string): string =>
  registry === defaultRegistry ? 'registry-1.docker.io' : registry
