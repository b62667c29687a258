import { constants } from 'node:fs'
import { copyFile, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { HksError } from '../contract/errors.ts'
import { systemError } from '../contract/systemErrors.ts'
import { functionFile } from './findFunctionFolder.ts'
import { readFunctionFolder } from './functionYaml.ts'
import { isThere, makeFolders } from './makeFolders.ts'

/** A function template: a runnable function under `templates/<language>/<name>/`. */
export interface FunctionTemplate {
  readonly language: string
  readonly name: string
  /** One sentence, from its `function.yaml`. */
  readonly description: string
  readonly folder: string
}

/** Lists the function templates below a folder, by language and name. */
export async function listFunctionTemplates(root: string): Promise<FunctionTemplate[]> {
  const templates: FunctionTemplate[] = []
  for (const language of await folders(root)) {
    for (const name of await folders(join(root, language))) {
      const folder = join(root, language, name)
      const { settings } = await readFunctionFolder(folder)
      templates.push({ language, name, description: settings.description ?? '', folder })
    }
  }
  return templates
}

/**
 * Copies a function template into a new or empty folder and names the function. Answers the paths of the files, the
 * one to open first in front. Never overwrites; when it fails nothing that it wrote stays.
 * @throws HksError CONFLICT for a file that is there already, INVALID_REQUEST where none can be written, STORE_FAILED for
 * a full disk
 */
export async function renderFunctionTemplate(
  template: FunctionTemplate,
  folder: string,
  name: string,
): Promise<string[]> {
  const files = (await readdir(template.folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map(entry => join(entry.parentPath, entry.name).slice(template.folder.length + 1))
    .sort()
  const all = files.includes('go.mod') ? [...files, goWork] : files
  const undo: (() => Promise<void>)[] = []
  let target = folder
  try {
    for (const file of all) {
      target = join(folder, file)
      if (await isThere(target)) throw existsAlready(target)
    }
    for (const file of all) {
      target = join(folder, file)
      await makeFolders(dirname(target), made => undo.push(() => rmdir(made)))
      await writeNew(template, file, target, name).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsAlready(target)
        undo.push(() => rm(target, { force: true }))
        throw error
      })
      const written = target
      undo.push(() => rm(written, { force: true }))
    }
  } catch (error) {
    // Best effort: what went wrong is the error to tell, and a folder that somebody else has used meanwhile stays.
    for (const takeBack of undo.toReversed()) await takeBack().catch(() => undefined)
    throw systemError(error, target, 'Choose another folder.') ?? error
  }
  const main = files.find(file => file !== functionFile && /^(main|index|function)\.\w+$/.test(file)) ?? functionFile
  return [main, ...files.filter(file => file !== main)].map(file => join(folder, file))
}

const existsAlready = (file: string) =>
  new HksError('CONFLICT', `${file} exists already; nothing was written.`, {
    details: { file },
    hint: 'Choose another name or an empty folder.',
  })

async function writeNew(template: FunctionTemplate, file: string, target: string, name: string): Promise<void> {
  const source = join(template.folder, file)
  if (file === goWork) await writeFile(target, goWorkOf(template), { flag: 'wx' })
  else if (file === functionFile) await writeFile(target, renamed(await readFile(source, 'utf8'), name), { flag: 'wx' })
  else await copyFile(source, target, constants.COPYFILE_EXCL)
}

/**
 * Where the editor and `go test` find the module hexabase.io/hks: the installation that this template came with.
 * Deploying does not need it.
 */
const goWork = 'go.work'

const goWorkOf = (template: FunctionTemplate): string =>
  `// Where hexabase.io/hks is on this machine: keep it out of version control. Deploying does not need it.
go ${goVersion}

use .

replace hexabase.io/hks => ${JSON.stringify(resolve(template.folder, '../../../runtimes/go'))}
`

/** The one of the templates' go.mod. */
const goVersion = '1.22'

/** Sets `name` in a `function.yaml`, keeping comments and order. */
function renamed(text: string, name: string): string {
  const document = parseDocument(text)
  document.set('name', name)
  return document.toString({ lineWidth: 0 })
}

const folders = async (root: string): Promise<string[]> =>
  (await readdir(root, { withFileTypes: true }))
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .sort()
