import { debug, Uri, window, workspace } from 'vscode'
import { canDebug, debugConfiguration } from '../debug/functionConfigurations.ts'
import type { Command } from './command.ts'
import { findLocalSource } from './deployableSource.ts'
import { targetOf, uriOf } from './target.ts'

/** Runs the function of a folder, or the one in a single file, under the debugger. */
export const debugFunction: Command = {
  name: 'debugFunction',
  needsTrust: true,
  run: async (services, argument) => {
    const open = window.activeTextEditor?.document.uri
    const shown = open?.scheme === 'file' && targetOf(argument).functionId === undefined ? open : undefined
    const source = await findLocalSource(services, uriOf(argument) ?? shown, argument)
    if (source === undefined || !(await canDebug(source))) return
    await debug.startDebugging(workspace.getWorkspaceFolder(Uri.file(source.path)), debugConfiguration(source))
  },
}
