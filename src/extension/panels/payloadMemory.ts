import type { Memento } from 'vscode'
import type { Payload, SavedPayload } from '../../contract/functionInvoke.ts'
import type { Function } from '../../contract/functions.ts'
import { memory } from '../contributions.ts'

/** A function that is deleted and deployed again has its payloads back: they belong to its name, not to its id. */
type Named = Pick<Function, 'projectId' | 'name'>

/** What a function was sent last from this window. */
export const lastPayload = (state: Memento, fn: Named): Payload | undefined =>
  state.get<Payload>(memory.lastPayload + key(fn))

/** Remembers what a function was sent; a payload too large to be remembered leaves the one before. */
export async function rememberLast(state: Memento, fn: Named, payload: Payload): Promise<void> {
  if (payload.kind !== 'empty' && payload.text.length > mostRemembered) return
  await state.update(memory.lastPayload + key(fn), payload)
}

/** The payloads that the user keeps for a function, by name. */
export const savedPayloads = (state: Memento, fn: Named): readonly SavedPayload[] =>
  state.get<SavedPayload[]>(memory.savedPayloads + key(fn)) ?? []

/** Keeps them. */
export const savePayloads = async (state: Memento, fn: Named, saved: readonly SavedPayload[]): Promise<void> =>
  state.update(memory.savedPayloads + key(fn), saved.length === 0 ? undefined : saved)

const key = ({ projectId, name }: Named): string => `${projectId}/${name}`

/** VS Code holds the state of a workspace in memory, whole. */
const mostRemembered = 1024 * 1024
