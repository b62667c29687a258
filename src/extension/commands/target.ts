import { Uri } from 'vscode'

/** What a command was called on: a row of a tree, or `{cronJobId}`, `{functionId}`, `{projectId}` … from elsewhere. */
export interface CommandTarget {
  readonly connectionId?: string
  readonly projectId?: string
  readonly cronJobId?: string
  readonly executionId?: string
  readonly functionId?: string
  readonly invocationId?: string
  /** Number. */
  readonly revision?: number
}

/** Reads the target out of a command's argument; empty when it carries none. */
export function targetOf(argument: unknown): CommandTarget {
  if (typeof argument !== 'object' || argument === null || argument instanceof Uri) return {}
  if ('target' in argument) return argument.target as CommandTarget
  return argument
}

/** The file or folder that a command of the explorer or an editor was called on. */
export const uriOf = (argument: unknown): Uri | undefined => (argument instanceof Uri ? argument : undefined)

/** A manifest file, and the CronJob in it that is meant; all of them without a name. */
export interface ManifestTarget {
  readonly uri: Uri
  readonly name?: string
}

/** The manifest that a command was called on: a file, or one CronJob of it. */
export function manifestOf(argument: unknown): ManifestTarget | undefined {
  if (argument instanceof Uri) return { uri: argument }
  const { uri } = (argument ?? {}) as Partial<ManifestTarget>
  return uri instanceof Uri ? (argument as ManifestTarget) : undefined
}
