import { confirm, isCancel } from '@clack/prompts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/** Whether a person can be asked something. */
export const canAsk = ({ out, stdin }: Context): boolean => out.interactive && stdin.isTTY

/** Asks before a loss; without a terminal `option` is needed in its place. @throws HksError CANCELLED, INVALID_REQUEST */
export async function confirmLoss(
  context: Context,
  options: { readonly yes?: boolean },
  question: string,
  option = '--yes',
): Promise<void> {
  if (options.yes) return
  if (!canAsk(context)) {
    throw new HksError('INVALID_REQUEST', `${question} Nobody can answer here.`, { hint: `Add ${option}.` })
  }
  const answer = await confirm({ message: question, initialValue: false })
  if (isCancel(answer) || !answer) throw new HksError('CANCELLED', 'Cancelled; nothing was deleted.')
}
