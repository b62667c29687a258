import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { invalidField } from '../../../contract/errors.ts'
import { invocationIdHeader } from '../../../contract/headers.ts'
import type { InvocationRequest } from '../../domain/function.ts'
import type { DeployResult, FunctionService } from '../../domain/functionService.ts'
import { toHttpAnswer } from '../functionAnswer.ts'
import type { Call, Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'
import { toWireFunction, toWireRevision } from '../wire/function.ts'

type FunctionRoute =
  | 'deployFunction'
  | 'listFunctions'
  | 'getFunction'
  | 'deleteFunction'
  | 'cancelDeployment'
  | 'listRevisions'
  | 'setTraffic'
  | 'rollBackFunction'
  | 'getFunctionAccess'
  | 'invokeFunction'

const deployStatus: Readonly<Record<DeployResult['outcome'], number>> = { created: 201, updated: 200, 'going on': 202 }
const gzipped = promisify<Uint8Array, Buffer>(gzip)

/** Routes of functions. */
export const functionHandlers = (functions: FunctionService): Pick<Handlers, FunctionRoute> => ({
  deployFunction: async ({ caller, params, body }) => {
    const result = await functions.deploy(caller, { ...body, projectRef: params.id })
    return { status: deployStatus[result.outcome], body: toWireFunction(result.function) }
  },
  listFunctions: async ({ caller, params, query }) => {
    const page = pageOf(await functions.list(caller, params.id), query, record => record.id)
    return { body: { ...page, items: page.items.map(toWireFunction) } }
  },
  getFunction: async ({ caller, params, query }) => {
    const body = toWireFunction(await functions.get(caller, params.id))
    if (query.include !== 'source') return { body }
    const source = await functions.source(caller, params.id)
    // Packed as a deployment takes it, so that an answer can be deployed again.
    return { body: source ? { ...body, source: (await gzipped(source)).toString('base64') } : body }
  },
  deleteFunction: async ({ caller, params, query }) => {
    await functions.remove(caller, params.id, { force: query.force === true })
    return { status: 204 }
  },
  cancelDeployment: async ({ caller, params }) => {
    const left = await functions.cancelDeployment(caller, params.id)
    return left ? { body: toWireFunction(left) } : { status: 204 }
  },
  listRevisions: async ({ caller, params, query }) => {
    const { revisions, serving } = await functions.get(caller, params.id)
    const page = pageOf(revisions, query, revision => revision.id)
    return { body: { ...page, items: page.items.map(revision => toWireRevision(revision, serving)) } }
  },
  setTraffic: async ({ caller, params, body }) => ({
    body: toWireFunction(await functions.setTraffic(caller, params.id, body.items)),
  }),
  rollBackFunction: async ({ caller, params, body }) => ({
    body: toWireFunction(await functions.rollBack(caller, params.id, body?.revision)),
  }),
  getFunctionAccess: async ({ caller, params }) => {
    const { url, headers, way, message } = await functions.access(caller, params.id)
    return { body: { url, headers, way, message } }
  },
  invokeFunction: async call => {
    const isAsync = preferences(call.headers.prefer).includes('respond-async')
    const { invocationId, record, response } = await functions.invoke(call.caller, call.params.id, requestOf(call), {
      diagnostics: true,
      source: 'invoke',
      ...chosenId(call.headers[invocationIdHeader.toLowerCase()]),
      ...(isAsync ? {} : { stop: call.stop }),
    })
    if (!isAsync) return toHttpAnswer(await response, invocationId, 'shown')
    await record()
    return {
      status: 202,
      headers: {
        'content-type': 'application/json',
        'Preference-Applied': 'respond-async',
        [invocationIdHeader]: invocationId,
      },
      bytes: Buffer.from(JSON.stringify({ invocationId })),
    }
  },
})

/** What the caller says of the event and of itself; the gateway's own token and the transport's headers stay here. */
const passedOn = new Set([
  'content-type',
  'content-language',
  'accept',
  'accept-language',
  'user-agent',
  'traceparent',
  'tracestate',
  'baggage',
  'idempotency-key',
])
const isPassedOn = (name: string): boolean => passedOn.has(name) || name.startsWith('x-') || name.startsWith('ce-')

function requestOf({ headers, raw }: Call<'invokeFunction'>): InvocationRequest {
  const kept: Record<string, string | readonly string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isPassedOn(name)) kept[name] = value
  }
  return { method: 'POST', path: '/', query: '', headers: kept, body: raw }
}

/** A caller that wants to follow a call from its start names it. */
function chosenId(given: string | readonly string[] | undefined): { readonly id?: string } {
  if (given === undefined) return {}
  const id = String(given).toLowerCase()
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return { id }
  throw invalidField(invocationIdHeader, given, 'is no UUID')
}

/** The preferences of RFC 7240 by name, without their values. */
const preferences = (header: string | readonly string[] | undefined): readonly string[] =>
  header === undefined
    ? []
    : [header]
        .flat()
        .join(',')
        .split(',')
        .map(preference => preference.split(/[;=]/, 1)[0]!.trim().toLowerCase())
