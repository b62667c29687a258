import { createHash, timingSafeEqual } from 'node:crypto'
import { scopes } from '../../contract/routes.ts'
import type { Authenticator, Caller } from '../domain/caller.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** The owner of this machine's gateway: every scope, every project. */
const localUser: Caller = { subject: 'local-user', kind: 'user', scopes, projects: 'all' }

/** Accepts the one token of an embedded gateway, compared in constant time. */
export function createLocalTokenAuthenticator(token: string): Authenticator {
  const expected = sha256(token)
  return {
    authenticate: credential =>
      credential !== undefined && timingSafeEqual(sha256(credential), expected) ? localUser : undefined,
  }
}

/** The token of an `Authorization: Bearer …` header. */
export const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([^ ]+) *$/i.exec(header ?? '')?.[1]
