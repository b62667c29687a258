import type { Command } from 'commander'
import { defined } from '../base/defined.ts'
import type { FunctionDeploy } from '../contract/functions.ts'
import type { ReadSource } from '../scaffold/sourcePlace.ts'
import { assignment, wholeNumber } from './optionValues.ts'

/** What the command line adds to `function.yaml`. */
export interface DeployOptions {
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeout?: number
}

/** Adds the options of every command that deploys. */
export const withDeployOptions = (command: Command): Command =>
  command
    .option('-n, --name <name>', 'name of the function (default: that of function.yaml or of the file)')
    .option('-e, --env <NAME=VALUE>', 'a variable beside those of function.yaml; repeatable', assignment)
    .option('--timeout <seconds>', 'longest time of a call', wholeNumber(1))

/** The deployment of a source with these options. */
export const deploymentOf = ({ settings, source }: ReadSource, options: DeployOptions): FunctionDeploy => ({
  ...settings,
  name: options.name ?? settings.name,
  environment: { ...settings.environment, ...options.env },
  ...defined({ timeout: options.timeout ?? settings.timeout }),
  source,
})
