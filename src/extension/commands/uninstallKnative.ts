import { l10n, ProgressLocation, window } from 'vscode'
import type { KnativeRemoval } from '../../contract/knative.ts'
import { removalWords } from '../model/knativeWork.ts'
import type { Command, Services } from './command.ts'
import { runKnativeWork } from './knativeWork.ts'
import { pickConnection } from './pickConnection.ts'
import { signalOf } from './progress.ts'

/** Removes what was installed of Knative, after saying what goes. Refused while there are Knative Services, which are named. */
export const uninstallKnative: Command = {
  name: 'uninstallKnative',
  run: async (services, argument) => {
    const connection = await pickConnection(services, argument, l10n.t('Cluster to remove Knative from'))
    if (connection === undefined) return
    const { id, name } = connection
    const { objects } = await plannedRemoval(services, id, name)
    if (objects.length === 0) {
      void window.showInformationMessage(l10n.t('There is no Knative in {0}.', name))
      return
    }
    const button = l10n.t('Uninstall Knative')
    const question = l10n.t('Uninstall Knative from {0}?', name)
    const detail = removalWords(objects, l10n.t)
    if ((await window.showWarningMessage(question, { modal: true, detail }, button)) !== button) return
    const done = await runKnativeWork(services, { connectionId: id }, l10n.t('Uninstalling Knative from {0}', name))
    if (done === undefined) return
    void window.showInformationMessage(
      l10n.t('Knative is gone from {0}: {1} objects were deleted.', name, done.deleted),
    )
  },
}

/** @throws HksError why a removal would be refused */
async function plannedRemoval({ session }: Services, id: string, name: string): Promise<KnativeRemoval> {
  const client = await session.ready()
  const title = l10n.t('Looking for what was installed in {0}', name)
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => client.call('planKnativeRemoval', { params: { id }, signal: signalOf(token) }),
  )
}
