import { l10n, type QuickPickItem, window } from 'vscode'
import type { Command } from './command.ts'
import { divideTraffic } from './divideTraffic.ts'
import { pickRevision } from './pickRevision.ts'
import { refuseDenied } from './refuseDenied.ts'

const shares = [10, 50, 100] as const

/** Gives a revision of a function in a cluster a share of the calls; the rest stays with the one that has most. */
export const splitTraffic: Command = {
  name: 'splitTraffic',
  run: async (services, argument) => {
    const found = await pickRevision(services, argument, l10n.t('Revision that gets a share of the calls'))
    if (found === undefined) return
    const { fn, revision } = found
    refuseDenied(services, fn.projectId, 'divideTraffic', fn.name)
    const [other] = fn.revisions
      .filter(({ number, percent }) => number !== revision.number && percent > 0)
      .sort((a, b) => b.percent - a.percent)
    const items = shares
      .filter(percent => percent === 100 || other !== undefined)
      .map((percent): QuickPickItem & { readonly percent: number } => ({
        label: `${percent} %`,
        description: percent === 100 ? '' : l10n.t('{0} % stay with rev {1}', 100 - percent, other?.number ?? 0),
        percent,
      }))
    const title = l10n.t('Calls of {0} that rev {1} gets', fn.name, revision.number)
    const choice = await window.showQuickPick(items, { title })
    if (choice === undefined) return
    const { percent } = choice
    await divideTraffic(services, fn, [
      { revision: revision.number, percent },
      ...(percent === 100 || other === undefined ? [] : [{ revision: other.number, percent: 100 - percent }]),
    ])
  },
}
