import { Uri } from 'vscode'

/** What a command was called on: a row of a tree, or `{cronJobId}`, `{functionId}`, `{projectId}` … from elsewhere. */
export interface CommandTarget {
  readonly connectionId?: string
  readonly projectId?: string
  readonly cronJobId?: string
  readonly executionId?: string
  readonly functionId?: string
  readonly invocationId?: string
}

/** Reads the target out of a command's argument; empty when it carries none. */
export function targetOf(argument: unknown): CommandTarget {
  if (typeof argument !== 'object' || argument === null || argument instanceof Uri) return {}
  if ('target' in argument) return argument.target as CommandTarget
  return argument
}

/** The file or folder that a command of the explorer or an editor was called on. */
export const uriOf = (argument: unknown): Uri | undefined => (argument instanceof Uri ? argument : undefined)
