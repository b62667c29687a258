import { userInfo } from 'node:os'
import { cleanEnvironment } from '../platform/cleanEnvironment.ts'
import { defaultPath, type FoundPath, loginShellPath } from '../platform/loginShellPath.ts'

/** An environment to start programs with. */
export type Environment = () => Promise<Readonly<Record<string, string>>>

/** Neither has anything of whoever started the gateway. */
export interface Environments {
  /** What a job or a function inherits: little. */
  readonly runs: Environment
  /** What the user's profile exports, too: proxies, and what the programs of a kubeconfig want. */
  readonly login: Environment
}

/** Asks the login shell once, when the first process is about to start. */
export function createEnvironments(notice: (text: string) => void): Environments {
  let asked: Promise<FoundPath> | undefined
  const ask = async () => {
    const found = await loginShellPath({
      shell: userInfo().shell ?? process.env['SHELL'],
      env: cleanEnvironment(process.env, defaultPath),
    })
    if (found.problem !== undefined) notice(`${found.problem} Jobs and functions get the PATH ${found.path}.`)
    return found
  }
  const found = () => (asked ??= ask())
  return {
    runs: async () => cleanEnvironment(process.env, (await found()).path),
    login: async () => {
      const { path, variables } = await found()
      return { ...variables, ...cleanEnvironment(process.env, path) }
    },
  }
}

/** The program that runs this gateway, and what it needs to run as Node. */
export const gatewayNode = {
  path: process.execPath,
  environment: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
}
