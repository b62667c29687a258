import { env, l10n, Uri } from 'vscode'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Copies the address of a function, as it is reached from the user's machine. */
export const copyUrl: Command = {
  name: 'copyUrl',
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function whose address to copy'), f => f.revision > 0)
    if (fn !== undefined) await env.clipboard.writeText(await externalUrl(fn.url))
  },
}

/** A loopback address as the user's own machine reaches it, through the tunnel of a remote window. */
export async function externalUrl(url: string): Promise<string> {
  return (await env.asExternalUri(Uri.parse(url))).toString(true)
}
