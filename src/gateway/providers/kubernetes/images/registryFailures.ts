import { HksError } from '../../../../contract/errors.ts'
import type { Authorization } from './authorization.ts'
import { DigestMismatch } from './digest.ts'
import {
  BrokenTransfer,
  isCertificateError,
  isNetworkError,
  type RegistryFailure,
  registryFailed,
  type RegistryReason,
  UnexpectedAnswer,
} from './registryError.ts'

/** What was to be done. */
export type Act = { readonly kind: 'pull'; readonly reference: string } | { readonly kind: 'push' }

/** Where it failed. */
export interface FailurePlace {
  readonly act: Act
  /** As a person writes it. */
  readonly registry: string
  readonly repository: string
  readonly scheme: string
  readonly authorization: Pick<Authorization, 'looked' | 'hasCredentials'>
}

/** Translates what a registry, the network or TLS said. */
export function explainRegistryFailure(error: unknown, place: FailurePlace): unknown {
  if (error instanceof HksError) return error
  const { registry, scheme } = place
  const failed = (reason: RegistryReason, message: string, hint: string, more: Partial<RegistryFailure> = {}) =>
    registryFailed(registry, reason, message, { hint, cause: error, ...more })
  const said = error instanceof Error ? error.message : String(error)
  if (error instanceof UnexpectedAnswer) return explainAnswer(error, place)
  if (error instanceof DigestMismatch) {
    const hint =
      'Something between this machine and the registry changes what is sent, or the registry is damaged. Try again.'
    return failed('digest', `${imageOf(place)} came from ${registry} with another digest: ${said}.`, hint)
  }
  if (isCertificateError(error)) {
    const isPlainServer = /wrong version number|packet length too long|http request/i.test(said)
    const hint = isPlainServer
      ? `It seems to speak plain http: name ${registry} among the insecure registries of the connection.`
      : 'Add the certificate that it is signed with to those of the system or of the connection.'
    return failed('untrusted', `The registry ${registry} can not be trusted: ${said}.`, hint)
  }
  const { code } = error as { readonly code?: unknown }
  const isCut = error instanceof BrokenTransfer || /^(?:ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_)/.test(String(code))
  if (isCut) {
    const hint =
      scheme === 'http:'
        ? 'Look whether it speaks plain http, and at the connection to it; then deploy again.'
        : 'Look at the connection to the registry, then deploy again: what is there is not sent again.'
    return failed('cut', `The connection to the registry ${registry} broke again and again: ${said}.`, hint)
  }
  if (isNetworkError(error)) {
    const hint = 'Look at its name and at the network of this machine; behind a proxy set HTTPS_PROXY.'
    return failed('unreachable', `The registry ${registry} can not be reached: ${said}.`, hint)
  }
  return failed(
    'protocol',
    `The registry ${registry} can not be used: ${said}.`,
    `Look whether ${registry} is an image registry.`,
  )
}

function explainAnswer(error: UnexpectedAnswer, place: FailurePlace): HksError {
  const { act, registry, authorization } = place
  const { status, errors } = error
  const codes = errors.map(({ code }) => code).filter(code => code !== '')
  const failed = (reason: RegistryReason, message: string, hint: string) =>
    registryFailed(registry, reason, message, { hint, cause: error, details: { status, codes } })
  const words = errors.map(({ code, message }) => message || code).join(', ')
  const told = words === '' ? `HTTP ${status}` : `HTTP ${status}, ${words}`
  const does = act.kind === 'push' ? 'take' : 'give'
  if (status === 401) {
    const { hasCredentials, looked } = authorization
    const why = hasCredentials ? 'it does not accept the login' : 'nobody is logged in'
    const where = looked.length === 0 ? '' : ` A login was looked for in ${looked.join(' and ')}.`
    const image = act.kind === 'pull' ? ' An image that does not exist is answered in the same way.' : ''
    const message = `The registry ${registry} does not ${does} ${imageOf(place)}: ${why} (${told}).${where}`
    return failed('login', message, `Run "docker login ${registry}", or give the connection a login.${image}`)
  }
  if (status === 403) {
    const hint =
      act.kind === 'push' ? 'Use a login that may push to it, or another repository.' : 'Use a login that may read it.'
    return failed('denied', `The registry ${registry} does not ${does} ${imageOf(place)}: ${told}.`, hint)
  }
  if (status === 404 && act.kind === 'pull') {
    return failed('unknownImage', `The registry ${registry} has no ${imageOf(place)}.`, 'Look at its name and tag.')
  }
  if (status === 429) {
    const hint = authorization.hasCredentials
      ? 'Wait a while, then deploy again.'
      : 'Wait a while, or log in: that raises the limit.'
    return failed('rateLimited', `The registry ${registry} gets too many requests: ${told}.`, hint)
  }
  if (status === 413 || status === 507) {
    return failed(
      'noSpace',
      `The registry ${registry} does not take ${imageOf(place)}, it is too large: ${told}.`,
      'Raise its limit, or use less.',
    )
  }
  if (act.kind === 'push' && (status === 404 || status === 405)) {
    const hint = 'The repository may have to be made first, or the registry takes no pushes.'
    return failed('denied', `The registry ${registry} does not take ${imageOf(place)}: ${told}.`, hint)
  }
  if (status >= 500)
    return failed(
      'cut',
      `The registry ${registry} failed again and again: ${told}.`,
      'Look at the registry, then deploy again.',
    )
  return failed(
    'protocol',
    `The registry ${registry} answered in a way that is not expected: ${told}.`,
    `Look whether ${registry} is an image registry.`,
  )
}

function imageOf({ act, registry, repository }: FailurePlace): string {
  if (act.kind === 'push') return `${registry}/${repository}`
  return `${registry}/${repository}${act.reference.startsWith('sha256:') ? '@' : ':'}${act.reference}`
}
