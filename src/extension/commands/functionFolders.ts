import { Uri, window, workspace } from 'vscode'
import type { Function } from '../../contract/functions.ts'
import { readFunctionFolder } from '../../scaffold/functionYaml.ts'
import { isInCluster } from '../model/isInCluster.ts'
import type { Services } from './command.ts'

/** The folders with a `function.yaml` in this window; of a function, those of its name that lie in its project. */
export async function functionFolders(
  { openProjects, session }: Services,
  fn?: Pick<Function, 'projectId' | 'name'>,
): Promise<readonly string[]> {
  const files = await workspace.findFiles('**/function.yaml', '**/{node_modules,.git}/**', 500)
  const folders = files.map(file => Uri.joinPath(file, '..').fsPath).sort()
  if (fn === undefined) return folders
  // What is in a cluster may come from any folder.
  const isAnywhere = isInCluster(session.resources.projects.get(fn.projectId))
  return withName(
    folders.filter(folder => isAnywhere || openProjects.projectOf(folder) === fn.projectId),
    fn.name,
  )
}

/** The only folder, or the user's choice. */
export async function chooseFunctionFolder(
  folders: readonly string[],
  placeHolder: string,
): Promise<string | undefined> {
  if (folders.length === 1) return folders[0]
  const items = folders.map(folder => ({ label: workspace.asRelativePath(folder), folder }))
  return (await window.showQuickPick(items, { placeHolder }))?.folder
}

async function withName(folders: readonly string[], name: string): Promise<string[]> {
  const read = await Promise.allSettled(folders.map(readFunctionFolder))
  return read.flatMap(r => (r.status === 'fulfilled' && r.value.settings.name === name ? [r.value.folder] : []))
}
