import { env, l10n } from 'vscode'
import { curlCommand } from '../model/curl.ts'
import { firstPayload } from '../model/payloads.ts'
import { lastPayload } from '../panels/payloadMemory.ts'
import { canBeCalled } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Copies a curl command that calls a function with the last payload; it holds the function's token. */
export const copyCurl: Command = {
  name: 'copyCurl',
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function to call with curl'), canBeCalled)
    if (fn === undefined) return
    const client = await services.session.ready()
    const access = await client.call('getFunctionAccess', { params: { id: fn.id } })
    const payload = lastPayload(services.context.workspaceState, fn) ?? firstPayload
    // For a terminal, which is where the workspace is; so the address is the gateway's own.
    await env.clipboard.writeText(curlCommand(access, payload))
  },
}
