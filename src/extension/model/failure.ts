import { type ErrorCode, HksError } from '../../contract/errors.ts'
import type { Localize } from './localize.ts'

/** A next step that a failure offers as a button. */
export type FailureAction =
  | 'retry'
  | 'showGatewayLog'
  | 'restartGateway'
  | 'copyHint'
  | 'mendSandbox'
  | 'installKnative'
  | 'openFile'
  | 'relinkProject'
  | 'refresh'

/** A failure as the user sees it. */
export interface Failure {
  readonly message: string
  readonly actions: readonly FailureAction[]
  /** The place in a file that is at fault; with `openFile`. */
  readonly place?: { readonly file: string; readonly line?: number }
  /** The command that helps; with `copyHint`. */
  readonly command?: string
}

// A place in a file or an install command is offered whenever the error carries one.
const actions: Readonly<Record<ErrorCode, readonly FailureAction[]>> = {
  INVALID_REQUEST: [],
  INVALID_SCHEDULE: [],
  INVALID_SOURCE: [],
  EVENT_INVALID: [],
  UNAUTHENTICATED: ['restartGateway'],
  FORBIDDEN: [],
  NOT_FOUND: ['refresh'],
  METHOD_NOT_ALLOWED: ['showGatewayLog'],
  CONFLICT: [],
  PAYLOAD_TOO_LARGE: [],
  UNSUPPORTED_MEDIA_TYPE: [],
  RATE_LIMITED: ['retry'],
  CANCELLED: [],
  PROJECT_MISSING: ['relinkProject'],
  UNSUPPORTED_PLATFORM: [],
  RUNTIME_MISSING: ['retry'],
  SANDBOX_UNAVAILABLE: ['retry'],
  CONNECTION_FAILED: ['retry'],
  KNATIVE_MISSING: ['installKnative', 'retry'],
  REGISTRY_FAILED: ['retry'],
  DEPLOY_FAILED: ['retry', 'showGatewayLog'],
  FUNCTION_FAILED: ['retry'],
  FUNCTION_CRASHED: ['retry'],
  LIMIT_EXCEEDED: ['retry'],
  FUNCTION_OVERLOADED: ['retry'],
  FUNCTION_UNAVAILABLE: ['retry'],
  RESULT_INVALID: [],
  TIMEOUT: ['retry'],
  STORE_CORRUPT: ['showGatewayLog'],
  STORE_NEWER: ['showGatewayLog'],
  STORE_FAILED: ['retry', 'showGatewayLog'],
  GATEWAY_DRAINING: ['retry'],
  GATEWAY_START_FAILED: ['retry', 'showGatewayLog'],
  GATEWAY_UNREACHABLE: ['retry', 'restartGateway', 'showGatewayLog'],
  GATEWAY_NEWER: [],
  INTERNAL: ['showGatewayLog'],
}

/** Puts any error into a sentence with next steps. Nothing for what the user cancelled. */
export function explainFailure(error: unknown, t: Localize): Failure | undefined {
  if (error instanceof Error && error.name === 'AbortError') return undefined
  if (!(error instanceof HksError)) {
    const message = error instanceof Error ? error.message : String(error)
    return { message: sentence(message === '' ? t('Something went wrong') : message), actions: ['showGatewayLog'] }
  }
  if (error.code === 'CANCELLED') return undefined
  const place = placeOf(error)
  const command = commandOf(error)
  return {
    message: [sentence(error.message), error.hint && sentence(error.hint)].filter(Boolean).join(' '),
    actions: [
      ...(place === undefined ? [] : ['openFile' as const]),
      ...(command === undefined ? [] : [commandAction(error.code)]),
      ...actions[error.code],
    ],
    ...(place === undefined ? {} : { place }),
    ...(command === undefined ? {} : { command }),
  }
}

/** A sandbox is mended in a terminal; how to install a language, people know better themselves. */
const commandAction = (code: ErrorCode): FailureAction => (code === 'SANDBOX_UNAVAILABLE' ? 'mendSandbox' : 'copyHint')

function placeOf({ details }: HksError): Failure['place'] {
  const { file, line } = details ?? {}
  if (typeof file !== 'string') return undefined
  return typeof line === 'number' ? { file, line } : { file }
}

/** The command that installs or mends what is missing, as the gateway words it. */
const commandOf = ({ code, hint }: HksError): string | undefined =>
  code === 'RUNTIME_MISSING' || code === 'SANDBOX_UNAVAILABLE'
    ? /^(?:Install|Mend) it with: (.+)$/.exec(hint ?? '')?.[1]
    : undefined

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)
