import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import type { HksError } from '../../../../contract/errors.ts'
import { connectionFailed } from './translateError.ts'

/** A cluster of a kubeconfig (client.authentication.k8s.io, v1 Cluster); paths are absolute. */
export interface ClusterEntry {
  readonly server: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
  readonly 'proxy-url'?: string
  readonly extensions?: readonly { readonly name: string; readonly extension: unknown }[]
}

/** The program that a kubeconfig names for credentials (v1 ExecConfig); a relative command is made absolute. */
export interface ExecEntry {
  readonly apiVersion?: string
  readonly command: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly installHint?: string
  readonly provideClusterInfo?: boolean
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always'
}

/** A user of a kubeconfig (v1 AuthInfo); paths are absolute. */
export interface UserEntry {
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly 'client-key'?: string
  readonly 'client-key-data'?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly as?: string
  readonly 'as-uid'?: string
  readonly 'as-groups'?: readonly string[]
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>
  readonly exec?: ExecEntry
  readonly 'auth-provider'?: { readonly name: string; readonly config?: Readonly<Record<string, string>> }
}

/** A context of a kubeconfig. */
export interface ContextEntry {
  readonly cluster: string
  readonly user?: string
  readonly namespace?: string
}

/** Kubeconfig files, merged. */
export interface KubeConfigFiles {
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly currentContext?: string
}

/** Any fault of what is written in a kubeconfig. */
export const kubeConfigFault = (message: string, hint?: string, cause?: unknown): HksError =>
  connectionFailed('kubeconfig', message, { ...(hint === undefined ? {} : { hint }), cause })

/** A file that a kubeconfig names can not be read. */
export const unreadableFile = (file: string, error: unknown): HksError =>
  kubeConfigFault(
    `The kubeconfig names the file "${file}", which can not be read (${(error as NodeJS.ErrnoException).code}).`,
    undefined,
    error,
  )

/** Reads a file that a kubeconfig names. @throws HksError CONNECTION_FAILED, reason `kubeconfig` */
export async function readNamedFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadableFile(file, error)
  }
}

/**
 * Reads kubeconfig files and merges them as kubectl does: the first to set a name or the current context wins, relative
 * paths belong to the file that names them, and of several files those that are not there are left out.
 * @throws HksError CONNECTION_FAILED, reason `kubeconfig`
 */
export async function readKubeConfigFiles(files: readonly string[]): Promise<KubeConfigFiles> {
  const clusters = new Map<string, ClusterEntry>()
  const users = new Map<string, UserEntry>()
  const contexts = new Map<string, ContextEntry>()
  let currentContext: string | undefined
  const found = (await Promise.all(files.map(readIfThere))).filter(file => file !== undefined)
  if (found.length === 0)
    throw kubeConfigFault(
      `There is no kubeconfig ${files.map(file => `"${file}"`).join(', ')}.`,
      'Name an existing file, or get a kubeconfig from whoever runs the cluster.',
    )
  for (const { file, content } of found) {
    const at = absolute(dirname(file))
    for (const [name, entry] of named(content, 'clusters', 'cluster', file))
      if (!clusters.has(name)) clusters.set(name, at(entry, ['certificate-authority']) as unknown as ClusterEntry)
    for (const [name, entry] of named(content, 'users', 'user', file))
      if (!users.has(name)) users.set(name, userOf(entry, at, dirname(file)))
    for (const [name, entry] of named(content, 'contexts', 'context', file))
      if (!contexts.has(name)) contexts.set(name, entry as unknown as ContextEntry)
    const current = content['current-context']
    if (currentContext === undefined && typeof current === 'string' && current !== '') currentContext = current
  }
  return { clusters, users, contexts, ...(currentContext === undefined ? {} : { currentContext }) }
}

type Fields = Readonly<Record<string, unknown>>

async function readIfThere(file: string): Promise<{ file: string; content: Fields } | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw kubeConfigFault(`The kubeconfig "${file}" can not be read: ${(error as Error).message}.`, undefined, error)
  }
  try {
    const content = parse(text, { schema: 'core', maxAliasCount: 100 }) as unknown
    if (content !== null && !isFields(content)) throw new Error('it holds no fields')
    return { file, content: content ?? {} }
  } catch (error) {
    throw kubeConfigFault(
      `The kubeconfig "${file}" is not valid YAML: ${(error as Error).message.split('\n', 1)[0]!.replace(/:$/, '')}.`,
      'Correct the file; `kubectl config view` reads it, too.',
      error,
    )
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The entries of a list of `{name, KIND: {…}}`. */
function named(content: Fields, list: string, kind: string, file: string): [string, Fields][] {
  const entries: unknown = content[list] ?? []
  if (!Array.isArray(entries)) throw kubeConfigFault(`The kubeconfig "${file}" is not one: ${list} is no list.`)
  return (entries as unknown[]).map((entry, at) => {
    const fields = isFields(entry) ? entry : {}
    const inner = fields[kind] ?? {}
    if (typeof fields['name'] !== 'string' || !isFields(inner))
      throw kubeConfigFault(`The kubeconfig "${file}" is not one: ${list}[${at}] has no name or no ${kind}.`)
    return [fields['name'], inner]
  })
}

const absolute =
  (folder: string) =>
  (entry: Fields, paths: readonly string[]): Fields => {
    const changed = paths.flatMap(key => {
      const path = entry[key]
      return typeof path === 'string' && path !== ''
        ? [[key, isAbsolute(path) ? path : join(folder, path)] as const]
        : []
    })
    return { ...entry, ...Object.fromEntries(changed) }
  }

function userOf(entry: Fields, at: ReturnType<typeof absolute>, folder: string): UserEntry {
  const user = at(entry, ['client-certificate', 'client-key', 'tokenFile'])
  const exec = user['exec']
  if (!isFields(exec) || typeof exec['command'] !== 'string')
    return { ...user, exec: undefined } as unknown as UserEntry
  // As kubectl: a name alone is looked for in the PATH, a relative path beside the kubeconfig.
  const isPath = /[\\/]/.test(exec['command'])
  return { ...user, exec: isPath ? absolute(folder)(exec, ['command']) : exec } as unknown as UserEntry
}

/** Changes whenever one of the files does; a file that is not there counts, too. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(file =>
      stat(file).then(
        ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
        () => 'none',
      ),
    ),
  )
  return stamps.join('\n')
}
