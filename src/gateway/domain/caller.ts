import { HksError } from '../../contract/errors.ts'
import type { Scope } from '../../contract/routes.ts'

/** Who asks. Every domain operation takes one; `http/` makes it from the request. */
export interface Caller {
  /** A stable name for the audit log, such as `local-user`. */
  readonly subject: string
  readonly kind: 'user' | 'token' | 'agent'
  readonly scopes: readonly Scope[]
  /** Ids of the projects the caller may touch, or `all`. */
  readonly projects: 'all' | readonly string[]
}

/** Proves who a request comes from; `undefined` when its credential is absent or wrong. */
export interface Authenticator {
  authenticate(credential: string | undefined): Caller | undefined
}

/** The one place where a scope is checked. @throws HksError FORBIDDEN */
export function authorize(caller: Caller, scope: Scope, projectId?: string): void {
  if (!caller.scopes.includes(scope)) {
    throw new HksError('FORBIDDEN', `${caller.subject} may not do this: the scope "${scope}" is missing.`, {
      details: { scope },
    })
  }
  if (projectId !== undefined && caller.projects !== 'all' && !caller.projects.includes(projectId)) {
    throw new HksError('FORBIDDEN', `${caller.subject} may not touch the project "${projectId}".`, {
      details: { projectId },
    })
  }
}
