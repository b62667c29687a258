import { confirm, isCancel } from '@clack/prompts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/** Asks before a loss; without a terminal `--yes` is needed. @throws HksError CANCELLED, INVALID_REQUEST */
export async function confirmed(
  context: Context,
  options: { readonly yes?: boolean },
  question: string,
): Promise<void> {
  if (options.yes) return
  if (!context.out.interactive || !context.stdin.isTTY) {
    throw new HksError('INVALID_REQUEST', `${question} Nobody can answer here.`, { hint: 'Add --yes.' })
  }
  const answer = await confirm({ message: question, initialValue: false })
  if (isCancel(answer) || !answer) throw new HksError('CANCELLED', 'Cancelled; nothing was deleted.')
}
