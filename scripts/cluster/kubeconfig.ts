import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse, stringify } from 'yaml'

/** A part of a kubeconfig that is passed on as it is. */
type Fields = Record<string, unknown>

/** One context of a kubeconfig with all that it needs. */
export interface ChosenContext {
  readonly name: string
  /** The address of the API server. */
  readonly server: string
  readonly cluster: Readonly<Fields>
  readonly user: Readonly<Fields>
  /** The namespace that the context names, if it names one. */
  readonly namespace?: string
}

/**
 * The context `name`, or the current one, of the files that `KUBECONFIG` lists (`~/.kube/config` without it), merged as
 * kubectl does it: of two entries of one name the first counts. An error when there is no such context.
 */
export async function chooseContext(kubeconfig: string | undefined, name?: string): Promise<ChosenContext> {
  const files = kubeconfig?.split(delimiter).filter(Boolean) ?? [join(homedir(), '.kube/config')]
  const read = await Promise.all(files.map(readConfig))
  // As kubectl does it: some of the listed files may be missing.
  const configs = read.filter(config => config !== undefined)
  if (configs.length === 0) throw new Error(`${files.join(', ')}: no such file. Set KUBECONFIG to a kubeconfig.`)
  const wanted = name ?? configs.map(c => c['current-context']).find(c => typeof c === 'string' && c !== '')
  if (typeof wanted !== 'string') {
    throw new Error(`${files.join(', ')}: no current context. Name one with HKS_TEST_CLUSTER_CONTEXT.`)
  }
  const context = entry(configs, 'context', wanted)
  const cluster = entry(configs, 'cluster', context?.['cluster'])
  const user = entry(configs, 'user', context?.['user'])
  const server = cluster?.['server']
  if (context === undefined || cluster === undefined || user === undefined || typeof server !== 'string') {
    throw new Error(`${files.join(', ')}: there is no whole context ${wanted} with a cluster, its server and a user.`)
  }
  const { namespace } = context
  return { name: wanted, server, cluster, user, ...(typeof namespace === 'string' ? { namespace } : {}) }
}

/** Writes a kubeconfig that holds this context and nothing else. Only its owner can read the file. */
export async function writeKubeconfig(file: string, context: Omit<ChosenContext, 'server'>): Promise<void> {
  const { name, cluster, user, namespace } = context
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
  }
  await writeFile(file, stringify(config), { mode: 0o600 })
}

/** Undefined where there is no such file. */
async function readConfig(file: string): Promise<Fields | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const config = parse(text) as Fields | null
  const folder = dirname(file)
  for (const { cluster, user } of [...entries(config, 'clusters'), ...entries(config, 'users')]) {
    for (const part of [cluster, user]) if (part !== undefined) resolvePaths(part, folder)
  }
  return config ?? {}
}

/** Paths in a kubeconfig start at its folder; a command of an exec plugin does too when it has a slash. */
function resolvePaths(part: Fields, folder: string): void {
  for (const field of ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']) {
    const path = part[field]
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) part[field] = join(folder, path)
  }
  const exec = part['exec'] as Fields | undefined
  const command = exec?.['command']
  if (exec && typeof command === 'string' && command.includes('/') && !isAbsolute(command)) {
    exec['command'] = join(folder, command)
  }
}

function entry(configs: readonly Fields[], kind: 'context' | 'cluster' | 'user', name: unknown): Fields | undefined {
  for (const config of configs) {
    const found = entries(config, `${kind}s`).find(e => (e['name'] as unknown) === name)
    if (found) return found[kind]
  }
  return undefined
}

function entries(config: Fields | null, list: string): Record<string, Fields | undefined>[] {
  return (config?.[list] ?? []) as Record<string, Fields | undefined>[]
}
