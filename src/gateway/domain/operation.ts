import { HksError } from '../../contract/errors.ts'
import type { Scope } from '../../contract/routes.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { AuditStore } from './auditStore.ts'

/** What a change is about, for the audit log. */
export interface Subject {
  readonly scope: Scope
  /** Verb and noun, such as `cronJob.create`. */
  readonly action: string
  /** Id or name of what is changed. */
  readonly resource: string
  readonly projectId?: string
}

/** Runs a change: checks the scope, does the work, writes one audit row for its result, also when it fails. */
export type Perform = <T>(caller: Caller, subject: Subject, work: () => Promise<T>) => Promise<T>

/** Makes the {@link Perform} that all services share. */
export const createPerform =
  (audit: AuditStore, clock: Clock): Perform =>
  async (caller, subject, work) => {
    const write = (result: string) =>
      audit.write({
        at: clock.now(),
        subject: caller.subject,
        kind: caller.kind,
        action: subject.action,
        resource: subject.resource,
        result,
      })
    try {
      authorize(caller, subject.scope, subject.projectId)
      const value = await work()
      await write('ok')
      return value
    } catch (error) {
      await write(error instanceof HksError ? error.code : 'INTERNAL')
      throw error
    }
  }
