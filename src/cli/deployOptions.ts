import { type Command, Option } from 'commander'
import { defined } from '../base/defined.ts'
import { type FunctionDeploy, type FunctionProfile, functionProfiles } from '../contract/functions.ts'
import type { FunctionSettings } from '../scaffold/functionYaml.ts'
import type { ReadSource } from '../scaffold/sourcePlace.ts'
import { assignment, wholeNumber } from './optionValues.ts'

/** What the command line adds to `function.yaml`. */
export interface DeployOptions {
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeout?: number
  readonly profile?: FunctionProfile
}

/** Adds the options of every command that deploys. */
export const withDeployOptions = (command: Command): Command =>
  command
    .option('-n, --name <name>', 'name of the function (default: that of function.yaml or of the file)')
    .option('-e, --env <NAME=VALUE>', 'a variable beside those of function.yaml; repeatable', assignment)
    .option('--timeout <seconds>', 'longest time of a call', wholeNumber(1))
    .addOption(
      new Option('--profile <profile>', 'agent: code that an AI agent wrote; it has no network').choices(
        functionProfiles,
      ),
    )

/** The deployment of a source with these options. */
export const deploymentOf = ({ settings, source }: ReadSource, options: DeployOptions): FunctionDeploy => ({
  ...(options.profile === 'agent' ? withoutNetwork(settings) : settings),
  name: options.name ?? settings.name,
  environment: { ...settings.environment, ...options.env },
  ...defined({ timeout: options.timeout ?? settings.timeout, profile: options.profile ?? settings.profile }),
  ...(source !== undefined && { source }),
})

/** Whoever says on the command line that an agent wrote it has not read what the agent wrote into `function.yaml`. */
function withoutNetwork({ network: _network, allowedHosts: _hosts, ...others }: FunctionSettings): FunctionSettings {
  return others
}

/** What of `function.yaml` has no effect, on this machine or with these options. */
export const warningsOf = ({ settings, warnings }: ReadSource, { profile }: DeployOptions): readonly string[] =>
  profile === 'agent' && (settings.network ?? settings.allowedHosts) !== undefined
    ? [...warnings, 'network and allowedHosts of function.yaml do not count with --profile agent.']
    : warnings
