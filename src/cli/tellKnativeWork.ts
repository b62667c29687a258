import { type KnativeStep, type KnativeWork, knativeEvents } from '../client/knativeEvents.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

type Done = Extract<KnativeStep, { readonly type: 'done' }>

/**
 * Says what is done while it goes on, and at the end what it came to; with `--json` each step is a line.
 * @throws HksError CANCELLED on Ctrl-C, saying how far it came
 */
export async function tellKnativeWork(
  context: Context,
  work: KnativeWork,
  endWords: (done: Done) => string,
): Promise<void> {
  const { out, signal } = context
  const client = await context.client()
  const made: string[] = []
  try {
    for await (const step of knativeEvents(client, work, signal)) {
      if (step.type === 'object' && !['unchanged', 'kept'].includes(step.action)) made.push(wordsOf(step))
      if (out.format === 'json' || step.type === 'done') {
        out.record(step, () => (step.type === 'done' ? endWords(step) : ''))
      } else {
        for (const sentence of sentencesOf(step, work)) out.say(sentence)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    const verb = work.install ? 'applied' : 'removed'
    const far = made.length === 0 ? `Nothing was ${verb}.` : `${made.length} objects were ${verb}, last ${made.at(-1)}.`
    throw new HksError(
      'CANCELLED',
      `Cancelled. ${far}${made.length === 0 ? '' : ' The same command goes on from there.'}`,
      {
        cause: error,
      },
    )
  }
}

const wordsOf = ({ kind, name, namespace }: Extract<KnativeStep, { readonly type: 'object' }>): string =>
  `${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`}`

function sentencesOf(step: Exclude<KnativeStep, Done>, { install }: KnativeWork): readonly string[] {
  switch (step.type) {
    case 'planned':
      return step.objects === 0 ? [] : [`${install ? 'Applying' : 'Removing'} ${step.objects} objects …`]
    case 'object':
      return step.action === 'unchanged' ? [] : [`${step.action} ${wordsOf(step)}`]
    case 'file':
      return [`sha256 ${step.sha256}  ${step.name}${step.pinned ? '' : ' (nobody has pinned it)'}`]
    case 'waiting':
      return [`${step.message} …`]
    case 'warning':
      return [`Warning: ${step.message}`]
  }
}
