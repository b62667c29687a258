import { l10n, window } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { Project } from '../../contract/projects.ts'

/** Lets the user choose an existing `SECRET/KEY` or name a new one. Nothing when the user thought better. */
export async function pickSecret(client: GatewayClient, project: Project): Promise<string | undefined> {
  const existing = await listKeys(client, project)
  const other = { label: l10n.t('New secret…'), from: undefined }
  const items = [...existing.map(from => ({ label: from, from })), other]
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('Secret of {0}', project.name) })
  if (choice === undefined) return undefined
  return choice.from ?? askSecret(client, project)
}

/** Asks for `SECRET/KEY` and a value, and writes it. Nothing when the user thought better. */
export async function askSecret(client: GatewayClient, project: Project): Promise<string | undefined> {
  const existing = await listKeys(client, project)
  const title = l10n.t('Set a secret of {0}', project.name)
  const from = await window.showInputBox({
    title,
    prompt: l10n.t('SECRET/KEY, such as api/token'),
    ignoreFocusOut: true,
    ...(existing.length === 0 ? {} : { placeHolder: existing.join(', ') }),
    validateInput: text =>
      parts(text) === undefined
        ? l10n.t('Write SECRET/KEY; SECRET in lower case with digits, "-" and ".".')
        : undefined,
  })
  const name = from === undefined ? undefined : parts(from)
  if (name === undefined) return undefined
  const value = await window.showInputBox({
    title,
    prompt: l10n.t('Value of {0}', from!),
    password: true,
    ignoreFocusOut: true,
  })
  if (value === undefined) return undefined
  const params = { id: project.id, secret: name.secret }
  await client.call('writeSecret', { params, body: { data: { [name.key]: value } } })
  return from
}

async function listKeys(client: GatewayClient, project: Project): Promise<string[]> {
  const { items } = await client.call('listSecrets', { params: { id: project.id }, query: { limit: 1000 } })
  return items.flatMap(secret => secret.keys.map(key => `${secret.name}/${key}`))
}

function parts(text: string): { readonly secret: string; readonly key: string } | undefined {
  const match = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)\/([-._a-zA-Z0-9]+)$/.exec(text.trim())
  return match === null ? undefined : { secret: match[1]!, key: match[2]! }
}
