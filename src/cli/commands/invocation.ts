import type { Command } from 'commander'
import { HksError } from '../../contract/errors.ts'
import type { InvocationDetail } from '../../contract/invocations.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { invocationFacts, payloadText } from '../invocationTexts.ts'
import { showAnswer, showAsItComes, throwFailure } from '../showAnswer.ts'
import { untilAnswered } from '../untilAnswered.ts'

/** `invocation`: one call by its id. */
export function addInvocation(program: Command, run: Run): void {
  const id = '4f7c2f5e-9d0b-4c39-8a51-0d6f0e6f3b1a'
  const invocation = program
    .command('invocation')
    .description('look at one call, repeat it, end it')
    .addHelpText('after', examples(`hks-func invocation show ${id}`))
  const verb = (
    name: string,
    description: string,
    example: string,
    act: (context: Context, id: string) => Promise<void>,
  ) =>
    invocation
      .command(`${name} <call>`)
      .description(description)
      .addHelpText('after', examples(example))
      .action((id: string, _options: object, command: Command) => run(command, context => act(context, id)))

  verb('show', 'show a call and what it was sent', `hks-func invocation show ${id}`, show)
  verb('result', 'wait for the answer of a call made with --async', `hks-func invocation result ${id}`, result)
  verb('replay', 'call again with what the call was sent', `hks-func invocation replay ${id}`, replay)
  verb('cancel', 'end a call that is under way', `hks-func invocation cancel ${id}`, cancel)
}

const find = async ({ client, signal }: Context, id: string): Promise<InvocationDetail> =>
  (await client()).call('getInvocation', { params: { id }, signal })

/** The name of the function that was called: people know it by that. */
const calledName = async ({ client, signal }: Context, { functionId }: InvocationDetail): Promise<string> =>
  (await (await client()).call('getFunction', { params: { id: functionId }, signal })).name

async function show(context: Context, id: string): Promise<void> {
  const call = await find(context, id)
  const name = await calledName(context, call)
  context.out.result(call, () => {
    const payload = payloadText(call)
    return [invocationFacts(call, name, context.now()), ...(payload === undefined ? [] : [payload])].join('\n\n')
  })
}

async function result(context: Context, id: string): Promise<void> {
  const name = await calledName(context, await find(context, id))
  const answer = await untilAnswered(await context.client(), id, context.signal)
  showAnswer(context, answer)
  throwFailure(answer, name)
}

async function replay(context: Context, id: string): Promise<void> {
  const call = await find(context, id)
  const { functionId, request } = call
  if (!request) {
    throw new HksError('NOT_FOUND', `What the call "${id}" was sent is not kept.`, {
      hint: 'Of each function the last 20 requests up to 64 KB are kept, of calls that were made with invoke.',
    })
  }
  if (request.masked) {
    throw new HksError(
      'CONFLICT',
      `A secret in what the call "${id}" was sent was masked, so it can not be sent again.`,
      {
        hint: `The rest of it: hks-func invocation show ${id}`,
      },
    )
  }
  const client = await context.client()
  const name = await calledName(context, call)
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join()]),
  )
  const answer = await client.invokeStream(functionId, Buffer.from(request.body, request.encoding), {
    headers,
    signal: context.signal,
  })
  throwFailure(await showAsItComes(context, answer), name)
}

async function cancel({ client, out, signal }: Context, id: string): Promise<void> {
  const call = await (await client()).call('cancelInvocation', { params: { id }, signal })
  out.result(call, () => `Ended ${id}.`)
}
