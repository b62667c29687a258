import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { ProjectAction } from '../../contract/projects.ts'
import { deniedIn } from '../model/deniedActions.ts'
import type { Services } from './command.ts'

/**
 * Ends a command before it asks or packs anything for what is known to be denied. The gateway has the last word.
 * @throws HksError FORBIDDEN with the right that is missing
 */
export function refuseDenied({ session }: Pick<Services, 'session'>, projectId: string, action: ProjectAction): void {
  const found = deniedIn(session.resources, projectId, l10n.t).find(each => each.action === action)
  if (found === undefined) return
  const { message, hint } = found
  throw new HksError('FORBIDDEN', message, hint === undefined ? {} : { hint })
}
