import { env, l10n, Uri } from 'vscode'
import { errorHeader } from '../../contract/headers.ts'
import { canBeCalled } from '../model/functionNode.ts'
import type { Command } from './command.ts'
import { pickFunction } from './pick.ts'

/** Copies the address of a function, as it is reached from the user's machine. */
export const copyUrl: Command = {
  name: 'copyUrl',
  run: async (services, argument) => {
    const fn = await pickFunction(services, argument, l10n.t('Function whose address to copy'), canBeCalled)
    if (fn !== undefined) await env.clipboard.writeText(await externalUrl(Uri.parse(fn.url)))
  },
}

/** A loopback address as the user's own machine reaches it, through the tunnel of a remote window. */
async function externalUrl(local: Uri): Promise<string> {
  const external = await env.asExternalUri(local)
  const reached = external.toString() === local.toString() || (await isForwarded(local))
  return (reached ? external : local).toString(true)
}

/** A VS Code server may name a proxy that it does not have; behind a real one the function listener answers. */
async function isForwarded(local: Uri): Promise<boolean> {
  // An address of no function, as asking a real one would call it.
  const probe = await env.asExternalUri(local.with({ path: '/f/-' }))
  const response = await fetch(probe.toString(), { redirect: 'manual' }).catch(() => undefined)
  // No answer, or one that asks to sign in, says nothing about what the user's machine gets.
  return response?.status !== 404 || response.headers.has(errorHeader)
}
