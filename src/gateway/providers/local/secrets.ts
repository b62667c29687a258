import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createQueue } from '../../../base/queue.ts'
import type { SecretReference } from '../../../contract/common.ts'
import { HksError, notFound } from '../../../contract/errors.ts'
import type { Secrets } from '../../domain/ports.ts'
import { writePrivately } from './privateFile.ts'

/** Turns references into values; for the provider's own use when it starts a process. */
export interface SecretResolver {
  /**
   * The value of each reference by the name of its variable.
   * @throws HksError NOT_FOUND naming `SECRET/KEY` and the command that sets it
   */
  resolve(projectId: string, references: readonly SecretReference[]): Promise<Readonly<Record<string, string>>>
  /** The values of those references that are set; for masking. */
  known(projectId: string, references: readonly SecretReference[]): Promise<readonly string[]>
}

/** Gets the references (`SECRET/KEY`) whose value was set anew or removed. Must not throw. */
export type SecretsListener = (projectId: string, changed: ReadonlySet<string>) => Promise<void>

/** For who holds values: tells that they are not the project's any more. */
export interface SecretChanges {
  /** A change is acknowledged when every listener is done with it. */
  subscribe(listener: SecretsListener): Disposable
}

/** The secrets of local projects. */
export interface LocalSecrets extends Secrets, SecretResolver, SecretChanges {
  /** Forgets all secrets of a project that is removed. */
  removeProject(projectId: string): Promise<void>
  /** Moves the secrets of a project that got another id. */
  rekeyProject(from: string, to: string): Promise<void>
}

type SecretData = Readonly<Record<string, string>>
type ProjectData = Readonly<Record<string, SecretData>>
type FileData = Readonly<Record<string, ProjectData>>

/** Keeps all secrets in one file of the data folder that only its owner may read. One gateway owns the folder. */
export function createLocalSecrets(dataFolder: string): LocalSecrets {
  const file = join(dataFolder, 'secrets.json')
  const changes = createQueue()

  const listeners = new Set<SecretsListener>()
  const tell = async (projectId: string, secret: string, keys: readonly string[]) => {
    const changed = new Set(keys.map(key => `${secret}/${key}`))
    if (changed.size > 0) await Promise.all([...listeners].map(listener => listener(projectId, changed)))
  }

  const change = <T>(edit: (data: FileData) => readonly [FileData, T]): Promise<T> =>
    changes.add(async () => {
      const [next, result] = edit(await readSecrets(file))
      await writePrivately(file, JSON.stringify(next))
      return result
    })

  return {
    list: async projectId => {
      const project = own(await readSecrets(file), projectId) ?? {}
      return Object.keys(project)
        .sort()
        .map(name => ({ name, keys: Object.keys(own(project, name) ?? {}).sort() }))
    },
    write: async (projectId, secret, data) => {
      const { keys, changed } = await change(all => {
        const former = own(own(all, projectId) ?? {}, secret) ?? {}
        const merged = { ...former, ...data }
        const next = { ...all, [projectId]: { ...own(all, projectId), [secret]: merged } }
        const changed = Object.keys(data).filter(key => own(former, key) !== data[key])
        return [next, { keys: Object.keys(merged).sort(), changed }]
      })
      await tell(projectId, secret, changed)
      return { name: secret, keys }
    },
    remove: async (projectId, secret) => {
      const removed = await change(all => {
        const project = own(all, projectId) ?? {}
        const data = own(project, secret)
        if (!data) throw notFound('secret', secret)
        const { [secret]: _removed, ...rest } = project
        return [{ ...all, [projectId]: rest }, Object.keys(data)]
      })
      await tell(projectId, secret, removed)
    },
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    removeProject: projectId =>
      change(all => {
        const { [projectId]: _removed, ...rest } = all
        return [rest, undefined]
      }),
    rekeyProject: (from, to) =>
      change(all => {
        const { [from]: moved, ...rest } = all
        return [moved === undefined ? all : { ...rest, [to]: { ...own(rest, to), ...moved } }, undefined]
      }),
    resolve: async (projectId, references) => {
      if (references.length === 0) return {}
      const project = own(await readSecrets(file), projectId) ?? {}
      return Object.fromEntries(references.map(({ name, from }) => [name, valueOf(project, from)]))
    },
    known: async (projectId, references) => {
      if (references.length === 0) return []
      const project = own(await readSecrets(file), projectId) ?? {}
      return references.flatMap(({ from }) => findValue(project, from) ?? [])
    },
  }
}

/** A secret may be called `constructor`: what an object inherits is no secret. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

function splitReference(from: string): readonly [secret: string, key: string] {
  const slash = from.indexOf('/')
  return [from.slice(0, slash), from.slice(slash + 1)]
}

function findValue(project: ProjectData, from: string): string | undefined {
  const [secret, key] = splitReference(from)
  return own(own(project, secret) ?? {}, key)
}

function valueOf(project: ProjectData, from: string): string {
  const value = findValue(project, from)
  if (value !== undefined) return value
  const [secret, key] = splitReference(from)
  throw new HksError('NOT_FOUND', `The secret "${from}" is not set in this project.`, {
    details: { secret, key },
    hint: `Set it with: hks-func secret set ${secret} ${key}`,
  })
}

async function readSecrets(file: string): Promise<FileData> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new HksError('STORE_FAILED', `The secrets in ${file} can not be read.`, { cause })
  }
  try {
    return JSON.parse(text) as FileData
  } catch (cause) {
    // The parser quotes what it could not read, so its error is not kept as a cause.
    throw new HksError('STORE_CORRUPT', `${file} is not valid JSON (${(cause as Error).name}).`, {
      hint: 'Repair it or move it away, then set the secrets again.',
    })
  }
}
