import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../../../../contract/functions.ts'

/** The program of a language that answers calls in a pod, as a ConfigMap holds it. */
export interface RuntimeProgram {
  readonly runtime: Exclude<Runtime, 'go'>
  /** Name of the ConfigMap: the same files have the same one. */
  readonly configMap: string
  readonly files: readonly RuntimeFile[]
}

/** A file of it. */
export interface RuntimeFile {
  /** Its key in the ConfigMap, in which no key has a slash. */
  readonly key: string
  /** Its path in the folder of the runtime. */
  readonly path: string
  readonly text: string
}

const ending: Readonly<Record<RuntimeProgram['runtime'], string>> = { node: '.mjs', python: '.py' }
/** Hexadecimal digits in a name; as many as Git shows of a commit, and a few more. */
const digestDigits = 12

/** Reads the program of a language from the product's own folder. */
export async function readRuntimeProgram(
  runtimesFolder: string,
  runtime: RuntimeProgram['runtime'],
): Promise<RuntimeProgram> {
  const folder = join(runtimesFolder, runtime)
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found
    .filter(entry => entry.isFile() && entry.name.endsWith(ending[runtime]))
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
  const files = await Promise.all(
    paths.map(async path => ({
      key: path.replaceAll('/', '__'),
      path,
      text: await readFile(join(folder, path), 'utf8'),
    })),
  )
  const hash = createHash('sha256')
  for (const { path, text } of files) hash.update(JSON.stringify([path, text]))
  return { runtime, configMap: `hks-runtime-${runtime}-${hash.digest('hex').slice(0, digestDigits)}`, files }
}
