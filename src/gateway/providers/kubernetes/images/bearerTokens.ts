import type { Credentials } from './image.ts'
import { isPassing, UnexpectedAnswer } from './registryError.ts'
import { readAnswerError } from './answerError.ts'
import { type Body, readText, type Transport } from './transport.ts'
import { Readable } from 'node:stream'

/** Who gives tokens for a registry, as its challenge says. */
export interface TokenServer {
  readonly realm: URL
  readonly service: string | undefined
}

/** A token, and until when it is worth something (epoch milliseconds). */
export interface BearerToken {
  readonly token: string
  readonly expiresAt: number
}

const clientId = 'hexabase-hks'
/** What the specification has for a server that does not say. */
const usualSeconds = 60
/** Not used in its last seconds: clocks differ, and requests take time. */
const marginMs = 10_000
const mostBytes = 1024 * 1024

/**
 * Gets a token for scopes such as `repository:team/x:pull,push`, for anybody without credentials.
 * @throws UnexpectedAnswer, the errors of the transport
 */
export async function fetchToken(
  transport: Transport,
  { realm, service }: TokenServer,
  scopes: readonly string[],
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<BearerToken> {
  const asked = new URLSearchParams()
  if (service !== undefined) asked.append('service', service)
  const headers: Record<string, string> = { accept: 'application/json' }
  let url = realm
  let body: Body | undefined
  if (credentials !== undefined && 'identityToken' in credentials) {
    // OAuth 2 wants all scopes in one parameter.
    if (scopes.length > 0) asked.append('scope', scopes.join(' '))
    asked.append('grant_type', 'refresh_token')
    asked.append('refresh_token', credentials.identityToken)
    asked.append('client_id', clientId)
    const bytes = Buffer.from(asked.toString())
    headers['content-type'] = 'application/x-www-form-urlencoded'
    body = { size: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) }
  } else {
    for (const scope of scopes) asked.append('scope', scope)
    if (credentials !== undefined && 'username' in credentials) {
      asked.append('account', credentials.username)
      headers['authorization'] = basicOf(credentials)
    }
    url = new URL(realm)
    for (const [name, value] of asked) url.searchParams.append(name, value)
  }
  const now = Date.now()
  const exchange = { method: body === undefined ? 'GET' : 'POST', url, headers, ...(body !== undefined && { body }) }
  const answer = await transport.send(exchange, signal)
  if (answer.status !== 200) throw refusal(await readAnswerError(answer))
  return readToken(await readText(answer, mostBytes), now)
}

/** Whatever a server of tokens refuses with, it is the login. */
const refusal = (error: UnexpectedAnswer): UnexpectedAnswer =>
  isPassing(error) || error.status === 403 ? error : new UnexpectedAnswer(401, error.errors)

function readToken(text: string, now: number): BearerToken {
  const told = objectIn(text)
  const token = told['token'] ?? told['access_token']
  if (typeof token !== 'string' || token === '')
    throw new UnexpectedAnswer(200, [{ code: 'TOKEN', message: 'the server of tokens gave none' }])
  const seconds = told['expires_in']
  const lifetimeMs = (typeof seconds === 'number' && seconds > 0 ? seconds : usualSeconds) * 1000
  return { token, expiresAt: now + Math.max(lifetimeMs - marginMs, lifetimeMs / 2) }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Told as an answer without a token.
    return {}
  }
}

/** The header of a user and a password (RFC 7617). */
export const basicOf = ({ username, password }: { readonly username: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
