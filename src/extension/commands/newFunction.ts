import { basename, join } from 'node:path'
import { l10n, QuickPickItemKind, Uri, window, workspace, type WorkspaceFolder } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import {
  type FunctionTemplate,
  listFunctionTemplates,
  renderFunctionTemplate,
} from '../../scaffold/functionTemplates.ts'
import type { Command, Services } from './command.ts'
import { targetOf } from './target.ts'

const steps = 3

/** Creates a function from a function template: which one, its name, its folder. */
export const newFunction: Command = {
  name: 'newFunction',
  needsTrust: true,
  run: async (services, argument) => {
    const { context } = services
    const workspaceFolder = folderOf(services, argument) ?? (await pickWorkspaceFolder())
    if (workspaceFolder === undefined) return
    const template = await pickTemplate(await listFunctionTemplates(context.asAbsolutePath('dist/templates')))
    if (template === undefined) return
    const name = await askName(template)
    if (name === undefined) return
    const folder = await askFolder(workspaceFolder, name)
    if (folder === undefined) return
    const [main] = await renderFunctionTemplate(template, join(workspaceFolder.uri.fsPath, folder), name)
    if (main !== undefined) await window.showTextDocument(Uri.file(main))
  },
}

/** The open folder of the project on whose row the command was called. */
function folderOf({ openProjects }: Services, argument: unknown): WorkspaceFolder | undefined {
  const { projectId } = targetOf(argument)
  if (projectId === undefined) return undefined
  return workspace.workspaceFolders?.find(folder => openProjects.projectOf(folder.uri.fsPath) === projectId)
}

async function pickWorkspaceFolder(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? []
  if (folders.length === 0)
    throw new HksError('PROJECT_MISSING', l10n.t('No folder is open.'), {
      hint: l10n.t('Open the folder in which the function shall live.'),
    })
  return folders.length === 1 ? folders[0] : window.showWorkspaceFolderPick()
}

async function pickTemplate(templates: readonly FunctionTemplate[]): Promise<FunctionTemplate | undefined> {
  const items = [...Map.groupBy(templates, template => template.language)].flatMap(([language, group]) => [
    { label: language, kind: QuickPickItemKind.Separator, template: undefined },
    ...group.map(template => ({
      label: template.name,
      description: language,
      detail: template.description,
      template,
    })),
  ])
  const choice = await window.showQuickPick(items, {
    title: l10n.t('New function ({0} of {1})', 1, steps),
    placeHolder: l10n.t('Function template'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  })
  return choice?.template
}

const askName = (template: FunctionTemplate): Thenable<string | undefined> =>
  window.showInputBox({
    title: l10n.t('New function ({0} of {1})', 2, steps),
    prompt: l10n.t('Name of the function'),
    value: template.name,
    ignoreFocusOut: true,
    validateInput: name =>
      /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(name)
        ? undefined
        : l10n.t('Lower-case letters, digits and "-", at most 52 characters; begin and end with a letter or a digit.'),
  })

const askFolder = ({ uri }: WorkspaceFolder, name: string): Thenable<string | undefined> =>
  window.showInputBox({
    title: l10n.t('New function ({0} of {1})', 3, steps),
    prompt: l10n.t('Folder inside {0}', basename(uri.fsPath)),
    value: `functions/${name}`,
    ignoreFocusOut: true,
    validateInput: folder => {
      const inside = join('/', folder) === `/${folder}` && folder !== ''
      return inside ? undefined : l10n.t('A path inside the workspace folder, such as functions/{0}.', name)
    },
  })
