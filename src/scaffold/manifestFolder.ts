import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError, invalidField } from '../contract/errors.ts'
import { type KnativeInstall, mostManifestBytes } from '../contract/knative.ts'

type Manifests = NonNullable<KnativeInstall['manifests']>

/** As JSON a text may be twice as long. */
const mostBytes = mostManifestBytes / 2

/**
 * The files of a folder that end in .yaml or .yml, by name. `field` is what the user calls the folder in.
 * @throws HksError INVALID_REQUEST, PAYLOAD_TOO_LARGE
 */
export async function readManifestFolder(folder: string, field: string): Promise<Manifests> {
  const info = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!info?.isDirectory()) throw invalidField(field, folder, `${folder} is no folder.`)
  const names = (await readdir(folder)).filter(name => /\.ya?ml$/.test(name)).sort()
  if (names.length === 0) throw invalidField(field, folder, `${folder} has no file that ends in .yaml.`)
  const files = await Promise.all(
    names.map(async name => ({ name, content: await readFile(join(folder, name), 'utf8') })),
  )
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes <= mostBytes) return files
  throw new HksError('PAYLOAD_TOO_LARGE', `${field}: the files of ${folder} are larger than 16 MiB.`, {
    hint: 'Leave in it only what Knative Serving needs.',
  })
}
