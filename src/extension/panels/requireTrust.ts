import { commands, l10n, workspace } from 'vscode'
import { HksError } from '../../contract/errors.ts'

/** Refuses what would run something in a workspace that is not trusted. @throws HksError FORBIDDEN */
export function requireTrust(): void {
  if (workspace.isTrusted) return
  throw new HksError('FORBIDDEN', l10n.t('This workspace is not trusted; nothing was run or saved.'), {
    hint: l10n.t('Trust it in the Workspace Trust editor.'),
  })
}

/** Opens VS Code's own Workspace Trust editor. */
export async function manageTrust(): Promise<null> {
  await commands.executeCommand('workbench.trust.manage')
  return null
}
