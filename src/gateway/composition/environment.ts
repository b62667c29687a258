import { userInfo } from 'node:os'
import { cleanEnvironment } from '../platform/cleanEnvironment.ts'
import { defaultPath, loginShellPath } from '../platform/loginShellPath.ts'

/** What a job, a function or a program of a kubeconfig inherits. */
export type Environment = () => Promise<Readonly<Record<string, string>>>

/** Asks the login shell once, when the first process is about to start. */
export function createEnvironment(notice: (text: string) => void): Environment {
  let environment: Promise<Readonly<Record<string, string>>> | undefined
  const ask = async () => {
    const { path, problem } = await loginShellPath({
      shell: userInfo().shell ?? process.env['SHELL'],
      env: cleanEnvironment(process.env, defaultPath),
    })
    if (problem !== undefined) notice(`${problem} Jobs and functions get the PATH ${path}.`)
    return cleanEnvironment(process.env, path)
  }
  return () => (environment ??= ask())
}

/** The program that runs this gateway, and what it needs to run as Node. */
export const gatewayNode = {
  path: process.execPath,
  environment: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
}
