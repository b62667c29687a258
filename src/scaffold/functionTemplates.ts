import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { HksError } from '../contract/errors.ts'
import { functionFile } from './findFunctionFolder.ts'
import { readFunctionFolder } from './functionYaml.ts'

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
 * one to open first in front. Never overwrites: a file that is there already is a `CONFLICT`.
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
  for (const file of files) {
    if (!(await exists(join(folder, file)))) continue
    throw new HksError('CONFLICT', `${join(folder, file)} exists already; nothing was written.`, {
      details: { file: join(folder, file) },
      hint: 'Choose another name or an empty folder.',
    })
  }
  for (const file of files) {
    const target = join(folder, file)
    await mkdir(dirname(target), { recursive: true })
    if (file === functionFile)
      await writeFile(target, renamed(await readFile(join(template.folder, file), 'utf8'), name))
    else await copyFile(join(template.folder, file), target)
  }
  if (files.includes('go.mod')) await writeGoWork(template, folder)
  const main = files.find(file => file !== functionFile && /^(main|index|function)\.\w+$/.test(file)) ?? functionFile
  return [main, ...files.filter(file => file !== main)].map(file => join(folder, file))
}

/**
 * Where the editor and `go test` find the module hexabase.io/hks: the installation that this template came with.
 * Deploying does not need it.
 */
async function writeGoWork(template: FunctionTemplate, folder: string): Promise<void> {
  const module = resolve(template.folder, '../../../runtimes/go')
  const text = `// Where hexabase.io/hks is on this machine: keep it out of version control. Deploying does not need it.
go ${goVersion}

use .

replace hexabase.io/hks => ${JSON.stringify(module)}
`
  await writeFile(join(folder, 'go.work'), text)
}

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

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
