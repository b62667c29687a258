import { commands as vscodeCommands, l10n, window } from 'vscode'
import { commands } from '../contributions.ts'
import { type MendableProblem, mendableProblems, sandboxSentences } from '../model/sandboxWords.ts'
import { openMendTerminal } from '../views/mendTerminal.ts'
import type { Command, Services } from './command.ts'

/** Puts the command that gets this machine a better sandbox into a terminal; whether it runs is up to the user. */
export const mendSandbox: Command = {
  name: 'mendSandbox',
  run: async (services, argument) => {
    const problem = await pickProblem(services, argument)
    if (problem === undefined) return
    services.context.subscriptions.push(openMendTerminal(problem.mend, () => void check()))
    // Not awaited: the command has done its part.
    void offerCheck()
  },
}

async function pickProblem({ session }: Services, argument: unknown): Promise<MendableProblem | undefined> {
  const client = await session.ready()
  const sandbox = session.resources.sandbox ?? (await client.call('checkGateway')).sandbox
  const problems = mendableProblems(sandbox)
  if (problems.length === 0) {
    const nothing = sandbox.problems.length === 0 ? l10n.t('Nothing is missing.') : l10n.t('No command mends that.')
    void window.showInformationMessage(`${sandboxSentences(sandbox, l10n.t)} ${nothing}`)
    return undefined
  }
  const named = problems.find(({ what }) => what === (argument as { readonly what?: unknown } | undefined)?.what)
  if (named !== undefined || problems.length === 1) return named ?? problems[0]
  const items = problems.map(problem => ({ label: problem.what, detail: problem.mend, problem }))
  const choice = await window.showQuickPick(items, { placeHolder: l10n.t('What to mend') })
  return choice?.problem
}

const check = (): Thenable<unknown> => vscodeCommands.executeCommand(commands.checkSandbox)

async function offerCheck(): Promise<void> {
  const action = l10n.t('Check Sandbox')
  const message = l10n.t('The command is in the terminal. Press Enter there to run it, then check the sandbox again.')
  if ((await window.showInformationMessage(message, action)) === action) await check()
}
