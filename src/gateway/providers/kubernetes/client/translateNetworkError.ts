import type { HksError } from '../../../../contract/errors.ts'
import { connectionFailed } from './translateError.ts'

/** Faults before the server has answered, by the code of Node, libuv or OpenSSL: what is said of the server. */
const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ENOTFOUND: 'has a host name that nobody knows',
  EAI_AGAIN: 'has a host name that could not be looked up',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'can not be reached from this machine',
  ENETUNREACH: 'can not be reached from this machine',
  EHOSTDOWN: 'can not be reached from this machine',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS',
}

/** Codes of OpenSSL (X509_verify_cert_error) and Node for a certificate that is not to be trusted. */
const untrusted: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet; is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  CERT_REVOKED: 'is revoked',
  CERT_SIGNATURE_FAILURE: 'is not signed by the authority of the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is not signed by an authority that is known here',
  UNABLE_TO_GET_ISSUER_CERT: 'is not signed by an authority that is known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is not signed by an authority that is known here',
  SELF_SIGNED_CERT_IN_CHAIN: 'is not signed by an authority that is known here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is not signed by an authority that is known here',
  CERT_UNTRUSTED: 'is not signed by an authority that is known here',
  INVALID_CA: 'is signed by what is no authority',
  INVALID_PURPOSE: 'is not meant for servers',
  CERT_REJECTED: 'is rejected',
  HOSTNAME_MISMATCH: 'is for another name',
}

/** Whether nothing of the request can have reached the server. */
export const isBeforeSending = (error: unknown): boolean => {
  const { syscall, code = '' } = error as NodeJS.ErrnoException
  return syscall === 'connect' || syscall === 'getaddrinfo' || code in untrusted
}

/** The error of a request that got no answer, or whose answer was cut. `proxy`: that through which it was sent. */
export function translateNetworkError(error: Error, server: string, proxy?: string): HksError {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code in untrusted)
    return connectionFailed('untrusted', `The certificate of ${server} ${untrusted[code]!}.`, {
      details: { code },
      hint: 'Look at certificate-authority-data, tls-server-name and server of the cluster in the kubeconfig, or get a new kubeconfig.',
      cause: error,
    })
  // The server ends the handshake because of the client's certificate.
  if (/^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/.test(code))
    return connectionFailed('unauthenticated', `${server} does not accept the client certificate of this context.`, {
      details: { code },
      hint: 'Get a new kubeconfig, or log in again as you do for kubectl.',
      cause: error,
    })
  // Thrown while key, certificate or token are read, before anything is sent.
  if (/^ERR_OSSL_|^ERR_CRYPTO_|^ERR_INVALID_CHAR$/.test(code) || /PEM routines|key values mismatch/.test(error.message))
    return connectionFailed(
      'kubeconfig',
      `A certificate, key or token of the kubeconfig is not one: ${error.message}.`,
      {
        hint: 'Get a new kubeconfig.',
        cause: error,
      },
    )
  const details = { ...(code === '' ? {} : { code }), ...(proxy === undefined ? {} : { proxy }) }
  const why = unreachable[code] ?? `can not be reached: ${error.message || code}`
  if (proxy === undefined)
    return connectionFailed('unreachable', `${server} ${why}.`, { details, hint: isItUp, cause: error })
  // Only the proxy is looked up and connected to from here; what it answers to CONNECT is hpagent's wording.
  const answered = /^Bad response: (\d+)$/.exec(error.message)?.[1]
  const message = isBeforeSending(error)
    ? `The proxy ${proxy}, through which ${server} is reached, ${why}.`
    : answered === undefined
      ? `${server}, reached through the proxy ${proxy}, ${why}.`
      : `The proxy ${proxy} does not connect to ${server}: it answered ${answered}.`
  return connectionFailed('unreachable', message, { details, hint: isItTheProxy, cause: error })
}

const isItUp = 'Is the cluster up, and this machine in its network (VPN, proxy)?'
const isItTheProxy =
  'Look at proxy-url of the cluster in the kubeconfig, or where it has none at HTTPS_PROXY and NO_PROXY of your shell.'

/** The error of a server that took too long. */
export const noAnswer = (server: string, milliseconds: number, proxy?: string): HksError => {
  const through = proxy === undefined ? '' : `, reached through the proxy ${proxy},`
  return connectionFailed('unreachable', `${server}${through} did not answer within ${milliseconds / 1000} s.`, {
    details: { code: 'ETIMEDOUT', ...(proxy === undefined ? {} : { proxy }) },
    hint: proxy === undefined ? isItUp : isItTheProxy,
  })
}
