import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../../platform/ifThere.ts'
import { askCredentialHelper } from './credentialHelper.ts'
import type { Credentials } from './image.ts'

/** Credentials for a registry, and where they were looked for. */
export interface FoundCredentials {
  readonly credentials: Credentials | undefined
  /** Clauses such as `/home/ada/.docker/config.json (nothing for ghcr.io)`. */
  readonly looked: readonly string[]
}

/** What of Docker's config says who somebody is. */
interface DockerConfig {
  readonly auths: Readonly<Record<string, unknown>>
  readonly credHelpers: Readonly<Record<string, unknown>>
  readonly credsStore: unknown
}

/** The key under which Docker keeps a login to Docker Hub, for helpers too. */
const dockerHubKey = 'https://index.docker.io/v1/'

/**
 * Looks for the login to a registry where `docker login` puts it: DOCKER_CONFIG or `.docker` in the home folder, with the
 * helpers that its config.json names. What fails is told by `looked`. @throws `signal.reason`
 */
export async function findDockerCredentials(
  registry: string,
  repository: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FoundCredentials> {
  const folder = environment['DOCKER_CONFIG'] ?? (environment['HOME'] && join(environment['HOME'], '.docker'))
  if (folder === undefined || folder === '') return { credentials: undefined, looked: [] }
  const file = join(folder, 'config.json')
  const config = await readConfig(file)
  if (typeof config === 'string') return { credentials: undefined, looked: [`${file} (${config})`] }
  const looked: string[] = []
  const helper = config.credHelpers[registry === 'docker.io' ? dockerHubKey : registry] ?? config.credHelpers[registry]
  const name = typeof helper === 'string' && helper !== '' ? helper : config.credsStore
  if (typeof name === 'string' && name !== '') {
    const server = registry === 'docker.io' ? dockerHubKey : registry
    const told = await askCredentialHelper(name, server, environment, signal)
    if (told.credentials !== undefined) return { credentials: told.credentials, looked }
    looked.push(`docker-credential-${name} (${told.problem})`)
  }
  const credentials = fromAuths(config.auths, registry, repository)
  return { credentials, looked: credentials === undefined ? [...looked, `${file} (nothing for ${registry})`] : looked }
}

/** The config, or why there is none to use. */
async function readConfig(file: string): Promise<DockerConfig | string> {
  try {
    const text = await ifThere(readFile(file, 'utf8'))
    if (text === undefined) return 'it does not exist'
    const config = objectOf(JSON.parse(text))
    return {
      auths: objectOf(config['auths']),
      credHelpers: objectOf(config['credHelpers']),
      credsStore: config['credsStore'],
    }
  } catch (error) {
    return `it can not be read: ${(error as Error).message}`
  }
}

/** The entry that names most of the repository: `ghcr.io/team` goes before `ghcr.io`. */
function fromAuths(auths: DockerConfig['auths'], registry: string, repository: string): Credentials | undefined {
  const whole = `${registry}/${repository}/`
  const keys = Object.keys(auths)
    .map(key => ({ key, place: placeOf(key) }))
    .filter(({ place }) => whole.startsWith(`${place}/`))
    .sort((a, b) => b.place.length - a.place.length)
  for (const { key } of keys) {
    const credentials = credentialsOf(objectOf(auths[key]))
    if (credentials !== undefined) return credentials
  }
  return undefined
}

/** `https://ghcr.io/v2/` as `ghcr.io`. */
function placeOf(key: string): string {
  const place = key.replace(/^https?:\/\//, '').replace(/(?:\/v[12])?\/*$/, '')
  return /^(?:index\.docker\.io|registry-1\.docker\.io)$/.test(place) ? 'docker.io' : place
}

function credentialsOf(entry: Readonly<Record<string, unknown>>): Credentials | undefined {
  const text = (field: string): string => {
    const value = entry[field]
    return typeof value === 'string' ? value : ''
  }
  if (text('identitytoken') !== '') return { identityToken: text('identitytoken') }
  if (text('registrytoken') !== '') return { registryToken: text('registrytoken') }
  const [username = '', ...rest] = Buffer.from(text('auth'), 'base64').toString('utf8').replace(/\0+$/, '').split(':')
  if (username !== '' && rest.length > 0) return { username, password: rest.join(':') }
  return text('username') === '' ? undefined : { username: text('username'), password: text('password') }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
