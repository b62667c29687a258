import { type ErrorCode, HksError, type HksErrorOptions } from '../../../../contract/errors.ts'
import { namespaceEnding } from '../../../domain/project.ts'
import { namespaceText, type RequestInfo, resourceText } from './requestInfo.ts'

/** Why a connection fails (`details.reason` of CONNECTION_FAILED). */
export type ConnectionFault =
  | 'unreachable'
  | 'untrusted'
  | 'unauthenticated'
  | 'credentials'
  | 'kubeconfig'
  | 'serverError'

/** The failure of a connection, for one of the reasons that docs/errors.md lists. */
export const connectionFailed = (
  reason: ConnectionFault,
  message: string,
  { details, ...options }: HksErrorOptions = {},
): HksError => new HksError('CONNECTION_FAILED', message, { details: { reason, ...details }, ...options })

/** Whether what gives the credentials failed: a plugin, or the login of the kubeconfig. The cluster was not asked. */
export const isOfCredentials = (error: unknown): error is HksError =>
  error instanceof HksError && error.code === 'CONNECTION_FAILED' && error.details?.['reason'] === 'credentials'

/** The parts of a meta/v1 Status that a failure carries. */
interface Status {
  readonly kind?: string
  readonly message?: string
  readonly reason?: string
  readonly details?: {
    readonly name?: string
    readonly kind?: string
    readonly causes?: readonly { readonly field?: string; readonly message?: string; readonly reason?: string }[]
    readonly retryAfterSeconds?: number
  }
}

/** Whether the resource version or the page asked for is not kept any more (410): list again. */
export const isExpired = (error: unknown): boolean => error instanceof HksError && error.details?.['status'] === 410

/**
 * The error of an answer that is not 2xx. The body is a Status of the API server, or whatever a proxy in front of it says.
 * `details.status` is the HTTP status, `details.statusReason` the reason of the Status.
 */
export function translateStatus(httpStatus: number, body: string, server: string, info: RequestInfo): HksError {
  const status = readStatus(body)
  const said = status?.message ?? firstLine(body)
  const facts = { status: httpStatus, ...(status?.reason ? { statusReason: status.reason } : {}) }
  const error = (code: ErrorCode, message: string, { details, ...rest }: HksErrorOptions = {}) =>
    new HksError(code, message, {
      details: { ...facts, ...details },
      cause: new Error(said || `HTTP ${httpStatus}`),
      ...rest,
    })
  switch (httpStatus) {
    case 401:
      return connectionFailed('unauthenticated', `${server} does not accept the credentials of this context.`, {
        details: facts,
        hint: 'Log in again as you do for kubectl; its `kubectl auth whoami` says whether that helped.',
        cause: new Error(said || 'HTTP 401'),
      })
    case 403:
      if (info.namespace !== undefined && isOfEndingNamespace(status))
        return namespaceEnding(info.namespace, facts, new Error(said))
      return isByAdmission(said)
        ? error('FORBIDDEN', `The cluster refuses to ${info.verb} the ${named(info)}: ${said}`, {
            hint: 'A quota, a policy or a webhook of the cluster decides this; whoever runs it can say more.',
          })
        : forbidden(info, said, facts)
    case 404:
      return error('NOT_FOUND', absent(info, status), { details: { what: resourceText(info), id: info.name } })
    case 405:
      return error('METHOD_NOT_ALLOWED', `${resourceText(info)}: the cluster does not allow ${info.verb}.`)
    case 409:
      if (status && conflictsOf(status).length > 0) return fieldConflict(info, status, facts)
      return status?.reason === 'AlreadyExists'
        ? error(
            'CONFLICT',
            `${resourceText(info)} "${status.details?.name ?? info.name ?? ''}" exists already${namespaceText(info.namespace)}.`,
          )
        : error(
            'CONFLICT',
            `${named(info)} was changed by someone else meanwhile, or its state does not allow this: ${said}`,
            {
              hint: 'Look at it again, then repeat the change.',
            },
          )
    case 410:
      return error('CONFLICT', `The cluster does not keep this version of the ${resourceText(info)} any more.`)
    case 400:
      if (said === httpToHttps)
        return connectionFailed('kubeconfig', `${server} speaks https, and the kubeconfig names it with http://.`, {
          details: facts,
          hint: 'Write https:// in the server of the cluster in the kubeconfig.',
          cause: new Error(said),
        })
      return invalid(status, said, facts)
    case 422:
      return invalid(status, said, facts)
    case 413:
      return error('PAYLOAD_TOO_LARGE', `${named(info)} is larger than the cluster accepts: ${said}`)
    case 415:
      return error('UNSUPPORTED_MEDIA_TYPE', said || 'The cluster does not accept the content type of the request.')
    case 429:
      return error('RATE_LIMITED', `${server} has too many requests at this moment.`, {
        hint: 'Try again in a moment.',
      })
    default:
      return connectionFailed('serverError', `${server} answered ${httpStatus}: ${said || 'nothing more'}`, {
        details: facts,
        cause: new Error(said || `HTTP ${httpStatus}`),
        hint: 'The API server, a webhook or a proxy before it fails; its administrator can find out more.',
      })
  }
}

/** What a server written in Go answers whose TLS port is spoken to without (net/http). */
const httpToHttps = 'Client sent an HTTP request to an HTTPS server.'

/** Whether nothing may be made in the namespace as it is being deleted (admission plugin NamespaceLifecycle). */
const isOfEndingNamespace = (status: Status | undefined): boolean =>
  status?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true ||
  status?.message?.endsWith('because it is being terminated') === true

/** Whether what was refused was allowed to the user, but not as it is: a quota, Pod Security, a policy, a webhook. */
const isByAdmission = (said: string): boolean => /^admission webhook |is forbidden: (?!User ")/.test(said)

/** The refusal of an action by the cluster's access rules, in words. */
export function forbidden(info: RequestInfo, said: string, details: Readonly<Record<string, unknown>> = {}): HksError {
  const { verb, resource, subresource, group, namespace, name } = info
  const who = /User "([^"]*)"/.exec(said)?.[1]
  const subject = who === undefined ? 'You' : `"${who}"`
  // No resource: which APIs there are, and their version.
  const path = /cannot \w+ path "([^"]*)"/.exec(said)?.[1]
  if (resource === '' && path !== undefined)
    return new HksError('FORBIDDEN', `${subject} may not look at ${path}.`, {
      details: { ...details, verb: 'get', path, user: who },
      hint: 'Ask whoever runs the cluster for the ClusterRole system:discovery.',
      cause: new Error(said),
    })
  const what = `${resourceText(info)}${namespaceText(namespace)}`
  return new HksError('FORBIDDEN', `${subject} may not ${verb} ${what}.`, {
    details: { ...details, verb, resource, subresource, group, namespace, name, user: who },
    hint: `Ask whoever runs the cluster for a role with the verb "${verb}" on ${resourceText(info)}${namespaceText(namespace)}.`,
    ...(said === '' ? {} : { cause: new Error(said) }),
  })
}

/** Who else has set a field, as the API server words it: `conflict with "kubectl" using batch/v1`. */
function conflictsOf({ details }: Status): readonly { readonly manager: string; readonly field: string }[] {
  return (details?.causes ?? []).flatMap(({ reason, message = '', field = '' }) =>
    reason === 'FieldManagerConflict'
      ? { manager: /"([^"]*)"/.exec(message)?.[1] ?? message, field: field.replace(/^\./, '') }
      : [],
  )
}

function fieldConflict(info: RequestInfo, status: Status, facts: object): HksError {
  const conflicts = conflictsOf(status)
  const said = conflicts.map(({ manager, field }) => `${field} by "${manager}"`).join(', ')
  return new HksError('CONFLICT', `Fields of ${named(info)} were set to something else: ${said}.`, {
    details: { ...facts, conflicts },
    cause: new Error(status.message),
  })
}

function invalid(status: Status | undefined, said: string, facts: object): HksError {
  const causes = status?.details?.causes?.filter(cause => cause.field !== undefined && cause.field !== '<nil>') ?? []
  const [first] = causes
  const message = first ? `${first.field}: ${first.message ?? said}` : said || 'The cluster refuses the request.'
  return new HksError('INVALID_REQUEST', message, {
    details: { ...facts, ...(first ? { field: first.field, causes } : {}) },
    cause: new Error(said),
  })
}

const named = (info: RequestInfo): string =>
  `${resourceText(info)}${info.name === undefined ? '' : ` "${info.name}"`}${namespaceText(info.namespace)}`

function absent(info: RequestInfo, status: Status | undefined): string {
  const { name, kind } = status?.details ?? {}
  if (info.name === undefined || !name)
    return info.resource === '' ? 'The cluster has no such path.' : `The cluster does not know ${resourceText(info)}.`
  const { subresource, ...whole } = info
  void subresource
  const resource = resourceText({ ...whole, resource: kind ?? info.resource })
  return `${resource} "${name}" does not exist${namespaceText(info.namespace)}.`
}

function readStatus(body: string): Status | undefined {
  try {
    const value = JSON.parse(body) as Status | null
    return value?.kind === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}

const firstLine = (text: string): string => {
  const lines = text.replace(/<[^>]*>/g, ' ').split('\n')
  const line = lines.map(one => one.trim().replace(/\s+/g, ' ')).find(Boolean) ?? ''
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
