import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { ProjectAction } from '../../contract/projects.ts'
import { deniedFor, deniedIn } from '../model/deniedActions.ts'
import type { Services } from './command.ts'

/**
 * What is known to keep somebody from an action in a project, or from one with an object of that name; the error that trying
 * would give. The gateway has the last word.
 */
export function denialOf(
  { session }: Pick<Services, 'session'>,
  projectId: string,
  action: ProjectAction,
  name?: string,
): HksError | undefined {
  const denied = deniedFor(deniedIn(session.resources, projectId, l10n.t), name)
  const found = denied.find(each => each.action === action)
  // An object that is not known yet may be one that a role names.
  if (found === undefined || (name === undefined && found.except !== undefined)) return undefined
  const { message, hint } = found
  return new HksError('FORBIDDEN', message, hint === undefined ? {} : { hint })
}

/**
 * Ends a command before it asks or packs anything for what is known to be denied.
 * @throws HksError FORBIDDEN with the right that is missing
 */
export function refuseDenied(
  services: Pick<Services, 'session'>,
  projectId: string,
  action: ProjectAction,
  name?: string,
): void {
  const denial = denialOf(services, projectId, action, name)
  if (denial !== undefined) throw denial
}
