import { HksError } from '../../contract/errors.ts'
import type { DeniedAction, ProjectStatus } from '../../contract/projects.ts'

/**
 * Where resources live: on `local` a workspace folder, in a cluster a namespace. `missing`: its folder or namespace is not
 * there any more; `unavailable`: the cluster does not show what is in it, `message` says why.
 */
export interface ProjectRecord {
  readonly id: string
  readonly name: string
  /** Id of the connection. */
  readonly connection: string
  readonly path?: string
  readonly status: ProjectStatus
  readonly message?: string
  /** What is known to be denied in it; absent where nothing is. */
  readonly denied?: readonly DeniedAction[]
  /** Why there can be no functions in it; absent where there can, or nobody knows. */
  readonly noFunctions?: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** Refuses work that needs what a project is in. @throws HksError PROJECT_MISSING naming the folder or namespace */
export function requirePresent({ id, name, path, status }: ProjectRecord): void {
  if (status !== 'missing') return
  if (path === undefined) throw namespaceMissing(name, id)
  throw new HksError('PROJECT_MISSING', `The folder ${path} of the project "${name}" is not there.`, {
    details: { projectId: id, path },
    hint: 'Move it back, or relink the project to its new place ("Relink Project" in VS Code).',
  })
}

/** The error of a project whose namespace was deleted. */
export const namespaceMissing = (namespace: string, projectId: string): HksError =>
  new HksError('PROJECT_MISSING', `The namespace "${namespace}" is not there any more.`, {
    details: { projectId, namespace },
    hint: 'Create it again, or forget the project.',
  })

/** The error of what would be made in a namespace that is being deleted, or was on its way when that began. */
export const namespaceEnding = (
  namespace: string,
  details: Readonly<Record<string, unknown>>,
  cause?: Error,
): HksError =>
  new HksError(
    'PROJECT_MISSING',
    `The namespace "${namespace}" is being deleted: nothing can be made in it any more.`,
    {
      details: { ...details, namespace },
      hint: 'Use another namespace, or create it again as soon as it is gone.',
      ...(cause ? { cause } : {}),
    },
  )

/** A secret without its values. */
export interface SecretKeys {
  readonly name: string
  readonly keys: readonly string[]
}
