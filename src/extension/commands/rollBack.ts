import { l10n } from 'vscode'
import type { Command } from './command.ts'
import { pickRevision } from './pickRevision.ts'
import { divideTraffic } from './divideTraffic.ts'

/** Leads all calls of a function in a cluster to one of its revisions; what was before can be had back. */
export const rollBack: Command = {
  name: 'rollBack',
  run: async (services, argument) => {
    const found = await pickRevision(services, argument, l10n.t('Revision that gets all calls'))
    if (found === undefined) return
    await divideTraffic(services, found.fn, [{ revision: found.revision.number, percent: 100 }])
  },
}
