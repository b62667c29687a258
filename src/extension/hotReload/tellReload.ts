import { l10n, type LogOutputChannel, window } from 'vscode'
import type { Reload } from '../../client/hotReload.ts'
import { reportFailure } from '../commands/reportFailure.ts'
import type { Faults } from '../views/faults.ts'
import { refusalOf } from './refusal.ts'
import type { ReloadedFunction } from './reloadAtSaves.ts'

/** How long a sentence stays in the status bar, milliseconds. */
const shownMs = 6000

/**
 * Says what became of a save: in the status bar, and at the place of the fault. Only what has no place comes as a
 * message, as it would be seen nowhere else.
 */
export function tellReload(
  { name, place }: ReloadedFunction,
  reload: Reload,
  faults: Faults,
  log: LogOutputChannel,
): void {
  faults.clear(place.path)
  if (reload.kind === 'serving') {
    const milliseconds = Math.round(reload.milliseconds)
    log.info(`${name}: revision ${reload.function.revision} after ${milliseconds} ms`)
    window.setStatusBarMessage(`$(zap) ${l10n.t('Reloaded {0} in {1} ms', name, milliseconds)}`, shownMs)
    return
  }
  const refusal = refusalOf(reload.error)
  if (refusal === undefined) return void reportFailure(reload.error, log)
  faults.mark(refusal.marked)
  window.setStatusBarMessage(`$(error) ${l10n.t('{0} is not reloaded: {1} has an error', name, refusal.at)}`, shownMs)
}
