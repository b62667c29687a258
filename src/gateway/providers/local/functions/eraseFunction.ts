import type { StoredFunction } from '../../../domain/localState.ts'
import type { Builders } from './builders.ts'
import type { CodeStore } from './codeStore.ts'
import type { FunctionTokens } from './functionTokens.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import type { Servings } from './servings.ts'

/** What removing needs. */
export interface EraseOptions {
  readonly deps: Pick<LocalFunctionsDeps, 'state' | 'invocations' | 'logs'>
  readonly servings: Pick<Servings, 'end'>
  readonly tokens: Pick<FunctionTokens, 'remove'>
  readonly code: Pick<CodeStore, 'remove'>
  readonly builders: Pick<Builders, 'remove'>
  /** Sources that other functions have, once this one is gone. */
  readonly digestsInUse: () => Promise<ReadonlySet<string>>
}

/** What calls under way get when their function is deleted. */
const graceSeconds = 5

/** Ends a function's processes and removes all that is kept of it, its sources too unless another function has them. */
export const createEraseFunction =
  ({ deps, servings, tokens, code, builders, digestsInUse }: EraseOptions) =>
  async ({ id }: StoredFunction): Promise<void> => {
    await servings.end(id, graceSeconds)
    const used = (await deps.state.revisions(id)).map(revision => revision.sourceDigest)
    await deps.state.remove(id)
    await tokens.remove(id)
    await deps.invocations.removeFunction(id)
    await deps.logs.remove(id)
    const kept = await digestsInUse()
    for (const digest of used.filter(one => !kept.has(one))) {
      await code.remove(digest)
      await builders.remove(digest)
    }
  }
