import { findDockerCredentials, type FoundCredentials } from './dockerCredentials.ts'
import type { Credentials } from './image.ts'
import { basicOf, type BearerToken, fetchToken, type TokenServer } from './bearerTokens.ts'
import { parseChallenges } from './challenge.ts'
import type { Answer, Exchange, Transport } from './transport.ts'

/** Sends requests as whoever the registry wants to know. */
export interface Authorization {
  /**
   * Sends a request with the rights of `scopes`, logging in when the registry asks for it. A 401 is answered when there
   * is nothing more to show.
   * @throws UnexpectedAnswer when no token is given, the errors of the transport
   */
  send(exchange: Exchange, scopes: readonly string[], signal: AbortSignal): Promise<Answer>
  /** Where credentials were looked for, once the registry asked for them. */
  readonly looked: readonly string[]
  /** Whether some were found. */
  readonly hasCredentials: boolean
}

/** What it needs. */
export interface AuthorizationOptions {
  /** As a person writes it. */
  readonly registry: string
  /** For which credentials are looked for. */
  readonly repository: string
  /** Scheme, host and port of the registry: nothing else gets its credentials. */
  readonly origin: string
  /** Of the connection. */
  readonly credentials: Credentials | undefined
  readonly environment: Readonly<Record<string, string>>
  readonly transport: Transport
}

type Scheme = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly server: TokenServer }

/** Begins as nobody; what the registry asks for is remembered. */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { transport, origin } = options
  const tokens = new Map<string, BearerToken>()
  let scheme: Scheme | undefined
  let found: Promise<FoundCredentials> | undefined
  let known: FoundCredentials = { credentials: undefined, looked: [] }

  const credentials = async (signal: AbortSignal): Promise<Credentials | undefined> => {
    found ??= options.credentials
      ? Promise.resolve({ credentials: options.credentials, looked: [] })
      : findDockerCredentials(options.registry, options.repository, options.environment, signal)
    try {
      known = await found
      return known.credentials
    } catch (error) {
      found = undefined
      throw error
    }
  }
  const headerFor = async (scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> => {
    if (scheme === undefined) return undefined
    const own = await credentials(signal)
    if (own !== undefined && 'registryToken' in own) return `Bearer ${own.registryToken}`
    if (scheme.kind === 'basic') return own !== undefined && 'username' in own ? basicOf(own) : undefined
    const key = scopes.join(' ')
    const kept = tokens.get(key)
    if (kept !== undefined && kept.expiresAt > Date.now()) return `Bearer ${kept.token}`
    const token = await fetchToken(transport, scheme.server, scopes, own, signal)
    tokens.set(key, token)
    return `Bearer ${token.token}`
  }
  const sendAs = (header: string | undefined, exchange: Exchange, signal: AbortSignal): Promise<Answer> => {
    const isOwn = exchange.url.origin === origin
    const headers =
      header !== undefined && isOwn ? { ...exchange.headers, authorization: header } : { ...exchange.headers }
    return transport.send({ ...exchange, headers }, signal)
  }
  return {
    send: async (exchange, scopes, signal) => {
      const shown = await headerFor(scopes, signal)
      const answer = await sendAs(shown, exchange, signal)
      if (answer.status !== 401 || answer.url.origin !== origin) return answer
      const asked = schemeOf(answer, origin)
      if (asked === undefined) return answer
      scheme = asked
      // It may be worth nothing any more.
      tokens.delete(scopes.join(' '))
      const next = await headerFor(scopes, signal)
      if (next === undefined || next === shown) return answer
      answer.body.destroy()
      return sendAs(next, exchange, signal)
    },
    get looked() {
      return known.looked
    },
    get hasCredentials() {
      return known.credentials !== undefined
    },
  }
}

/** The way of logging in that is taken of those that an answer offers. */
function schemeOf(answer: Answer, origin: string): Scheme | undefined {
  const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(challenge => challenge.scheme === 'bearer')
  const realm = bearer && URL.parse(bearer.parameters['realm'] ?? '')
  // A password is not sent in clear text because of what an answer says.
  if (realm && (realm.protocol === 'https:' || (realm.protocol === 'http:' && origin.startsWith('http:')))) {
    return { kind: 'bearer', server: { realm, service: bearer.parameters['service'] } }
  }
  return challenges.some(challenge => challenge.scheme === 'basic') ? { kind: 'basic' } : undefined
}
