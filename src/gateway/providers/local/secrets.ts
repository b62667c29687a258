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
}

/** The secrets of local projects. */
export interface LocalSecrets extends Secrets, SecretResolver {
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
    write: (projectId, secret, data) =>
      change(all => {
        const merged = { ...own(own(all, projectId) ?? {}, secret), ...data }
        const next = { ...all, [projectId]: { ...own(all, projectId), [secret]: merged } }
        return [next, { name: secret, keys: Object.keys(merged).sort() }]
      }),
    remove: (projectId, secret) =>
      change(all => {
        const project = own(all, projectId) ?? {}
        if (!Object.hasOwn(project, secret)) throw notFound('secret', secret)
        const { [secret]: _removed, ...rest } = project
        return [{ ...all, [projectId]: rest }, undefined]
      }),
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
  }
}

/** A secret may be called `constructor`: what an object inherits is no secret. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

function valueOf(project: ProjectData, from: string): string {
  const slash = from.indexOf('/')
  const [secret, key] = [from.slice(0, slash), from.slice(slash + 1)]
  const value = own(own(project, secret) ?? {}, key)
  if (value !== undefined) return value
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
