import { l10n, type QuickPickItem, window } from 'vscode'
import type { Function, Revision } from '../../contract/functions.ts'
import { HksError } from '../../contract/errors.ts'
import { isInCluster } from '../model/isInCluster.ts'
import type { Services } from './command.ts'
import { pickFunction } from './pick.ts'
import { targetOf } from './target.ts'

/** The revision of a function in a cluster that a command means; one that is ready. */
export async function pickRevision(
  services: Services,
  argument: unknown,
  placeHolder: string,
): Promise<{ readonly fn: Function; readonly revision: Revision } | undefined> {
  const fits = ({ projectId }: Function): boolean => isInCluster(services.session.resources.projects.get(projectId))
  const fn = await pickFunction(services, argument, l10n.t('Function in a cluster'), fits)
  if (fn === undefined) return undefined
  const ready = fn.revisions.filter(({ status }) => status === 'ready')
  const { revision: number } = targetOf(argument)
  if (number !== undefined) {
    const revision = ready.find(each => each.number === number)
    if (revision) return { fn, revision }
    throw new HksError('CONFLICT', l10n.t('Revision {0} of {1} is not ready to serve.', number, fn.name))
  }
  const items = ready.map((revision): QuickPickItem & { readonly revision: Revision } => ({
    label: l10n.t('rev {0}', revision.number),
    description: `${revision.percent} %`,
    revision,
  }))
  const choice = await window.showQuickPick(items, { title: fn.name, placeHolder })
  return choice && { fn, revision: choice.revision }
}
