import { timingSafeEqual } from 'node:crypto'
import { scopes } from '../../contract/routes.ts'
import type { Authenticator, Caller } from '../domain/caller.ts'

/** The owner of this machine's gateway: every scope, every project. */
const localUser: Caller = { subject: 'local-user', kind: 'user', scopes, projects: 'all' }

/** Accepts the one token of an embedded gateway, compared in constant time; how long it is, is no secret. */
export function createLocalTokenAuthenticator(token: string): Authenticator {
  const expected = Buffer.from(token)
  return {
    authenticate: credential => {
      const given = Buffer.from(credential ?? '')
      return given.length === expected.length && timingSafeEqual(given, expected) ? localUser : undefined
    },
  }
}

/** The token of an `Authorization: Bearer …` header. */
export const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([^ ]+) *$/i.exec(header ?? '')?.[1]
