import { l10n, ProgressLocation, window } from 'vscode'
import { keepTags } from '../../client/keepTags.ts'
import type { Function, TrafficUpdate } from '../../contract/functions.ts'
import type { Services } from './command.ts'
import { reportFailure } from './reportFailure.ts'

type Shares = TrafficUpdate['items']

/** Divides the calls of a function, and offers to take that back. */
export async function divideTraffic(services: Services, fn: Function, items: Shares): Promise<void> {
  const before = fn.revisions
    .filter(({ percent }) => percent > 0)
    .map(({ number, percent }) => ({ revision: number, percent }))
  await send(services, fn, keepTags(fn, items))
  const undo = l10n.t('Undo')
  const words = items.map(({ revision, percent }) => l10n.t('{0} % to rev {1}', percent, revision)).join(', ')
  const message = l10n.t('Calls of {0}: {1}.', fn.name, words)
  // Not awaited: the change is made whether or not somebody answers.
  void window.showInformationMessage(message, ...(isWhole(before) ? [undo] : [])).then(choice => {
    if (choice !== undo) return
    send(services, fn, keepTags(fn, before)).then(
      undefined,
      (error: unknown) => void reportFailure(error, services.log),
    )
  })
}

/** Of older revisions than a row shows, nothing is known here. */
const isWhole = (shares: Shares): boolean => shares.reduce((sum, { percent }) => sum + percent, 0) === 100

const send = (services: Services, { id, name }: Function, items: Shares): Thenable<void> =>
  window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Dividing the calls of {0}', name) },
    async () => {
      const client = await services.session.ready()
      await client.call('setTraffic', { params: { id }, body: { items } })
    },
  )
