import { l10n, type Memento, window } from 'vscode'
import type { Payload, SavedPayloads } from '../../contract/functionInvoke.ts'
import { notFound } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { nameProblem, renamed, withoutSaved, withSaved } from '../model/payloads.ts'
import { savedPayloads, savePayloads } from '../panels/payloadMemory.ts'

/** Asks for a name and keeps a payload under it. Nothing when the user thought better. */
export async function savePayload(
  state: Memento,
  fn: Function,
  payload: Payload,
  suggested: string | undefined,
): Promise<SavedPayloads | undefined> {
  const known = savedPayloads(state, fn)
  const name = await askName(l10n.t('Save Payload of {0}', fn.name), suggested ?? '')
  if (name === undefined) return undefined
  if (known.some(one => one.name === name) && !(await confirmReplace(name))) return undefined
  const saved = withSaved(known, { name, payload })
  await savePayloads(state, fn, saved)
  return { saved, name }
}

/** Asks for another name of a saved payload. */
export async function renamePayload(state: Memento, fn: Function, from: string): Promise<SavedPayloads | undefined> {
  const known = savedPayloads(state, fn)
  const name = await askName(l10n.t('Rename Payload {0}', from), from)
  if (name === undefined || name === from) return undefined
  if (known.some(one => one.name === name) && !(await confirmReplace(name))) return undefined
  const saved = renamed(known, from, name)
  await savePayloads(state, fn, saved)
  return { saved, name }
}

/** Deletes a saved payload after asking. */
export async function deletePayload(state: Memento, fn: Function, name: string): Promise<SavedPayloads | undefined> {
  const known = savedPayloads(state, fn)
  if (!known.some(one => one.name === name)) throw notFound('saved payload', name)
  const yes = l10n.t('Delete Payload')
  const question = l10n.t('Delete the saved payload {0}?', name)
  if ((await window.showWarningMessage(question, { modal: true }, yes)) !== yes) return undefined
  const saved = withoutSaved(known, name)
  await savePayloads(state, fn, saved)
  return { saved }
}

async function askName(title: string, value: string): Promise<string | undefined> {
  const validateInput = (text: string): string | undefined => nameProblem(text, l10n.t)
  const name = await window.showInputBox({ title, value, prompt: l10n.t('Name of the payload'), validateInput })
  return name?.trim()
}

async function confirmReplace(name: string): Promise<boolean> {
  const yes = l10n.t('Replace Payload')
  return (await window.showWarningMessage(l10n.t('Replace the saved payload {0}?', name), { modal: true }, yes)) === yes
}
