import { HksError } from '../../contract/errors.ts'

/** Where resources live; on `local` a workspace folder. `missing`: its folder is not there any more. */
export interface ProjectRecord {
  readonly id: string
  readonly name: string
  readonly connection: string
  readonly path?: string
  readonly status: 'ready' | 'missing'
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** Refuses work that needs the folder of a project. @throws HksError PROJECT_MISSING naming the folder */
export function requireFolder({ id, name, path, status }: ProjectRecord): void {
  if (status !== 'missing') return
  throw new HksError('PROJECT_MISSING', `The folder ${path} of the project "${name}" is not there.`, {
    details: { projectId: id, path },
    hint: 'Move it back, or relink the project to its new place ("Relink Project" in VS Code).',
  })
}

/** A secret without its values. */
export interface SecretKeys {
  readonly name: string
  readonly keys: readonly string[]
}
