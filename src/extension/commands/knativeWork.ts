import { l10n, ProgressLocation, window } from 'vscode'
import { knativeEvents, type KnativeStep, type KnativeWork } from '../../client/knativeEvents.ts'
import { knativeProgress } from '../model/knativeWork.ts'
import type { Services } from './command.ts'
import { signalOf } from './progress.ts'

/** What work on Knative came to. */
type Done = Extract<KnativeStep, { readonly type: 'done' }>

/**
 * Installs or removes Knative with its progress shown; each step is in the log. What is worth knowing at the end is shown.
 * @returns nothing when the user cancelled, who was told how far it came
 * @throws HksError why it failed
 */
export async function runKnativeWork(
  { session, log }: Services,
  work: KnativeWork,
  title: string,
): Promise<Done | undefined> {
  const client = await session.ready()
  const { words, written, warnings } = knativeProgress(l10n.t)
  const options = { location: ProgressLocation.Notification, title, cancellable: true }
  const done = await window.withProgress(options, async (progress, token) => {
    let last: Done | undefined
    try {
      for await (const step of knativeEvents(client, work, signalOf(token))) {
        if (step.type === 'done') last = step
        const message = words(step)
        if (message === undefined) continue
        log.info(message)
        progress.report({ message })
      }
    } catch (error) {
      if (!token.isCancellationRequested) throw error
      log.info(`Cancelled: ${title}`)
      return undefined
    }
    return last
  })
  if (done === undefined) void window.showInformationMessage(cancelledWords(written(), work.install !== undefined))
  else if (warnings.length > 0) void window.showWarningMessage(warnings.join(' '))
  return done
}

function cancelledWords(written: number, isInstall: boolean): string {
  if (written === 0) return l10n.t('Cancelled; nothing was changed in the cluster.')
  return isInstall
    ? l10n.t('Cancelled: {0} objects were applied and stay. "Install Knative" goes on from there.', written)
    : l10n.t('Cancelled: {0} objects were deleted. "Uninstall Knative" goes on from there.', written)
}
