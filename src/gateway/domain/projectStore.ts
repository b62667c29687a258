import type { ProjectRecord } from './project.ts'

/** A project as it is kept; whether its folder is there is looked up, not stored. */
export type StoredProject = Omit<ProjectRecord, 'status' | 'message'>

/** Which folders and namespaces are open as projects. */
export interface ProjectStore {
  /** Of one connection, by name. */
  list(connection: string): Promise<readonly StoredProject[]>
  get(id: string): Promise<StoredProject | undefined>
  /** @throws HksError CONFLICT when the id or the path is taken */
  insert(project: StoredProject): Promise<void>
  /** Gives the project another id and moves its applications with it (a folder that moved). @throws HksError NOT_FOUND */
  rekey(id: string, project: StoredProject): Promise<void>
  /** Removing what is not there is no error. @throws HksError CONFLICT while it still has applications */
  remove(id: string): Promise<void>
}
