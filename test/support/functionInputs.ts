import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import type { Runtime } from '../../src/contract/functions.ts'
import type { FunctionSpec, InvocationRequest, InvocationResponse } from '../../src/gateway/domain/function.ts'
import { languageOf } from '../../src/gateway/domain/functionContent.ts'
import { defaultResources } from '../../src/gateway/domain/functionResources.ts'
import { defaultScaling } from '../../src/gateway/domain/functionScaling.ts'
import { defaultHandler, readSource } from '../../src/gateway/domain/functionSource.ts'
import { sourceTools } from '../../src/gateway/platform/sourceTools.ts'

/** The deployment of someone who waits as long as it takes. */
export const patient = { answerBy: Number.POSITIVE_INFINITY }

/** A spec with what a test does not care about filled in; a Node function called `fn`. */
export function functionSpec(given: Partial<FunctionSpec> = {}): FunctionSpec & { readonly runtime: Runtime } {
  const runtime = languageOf({ runtime: given.runtime ?? 'node' })
  return {
    name: 'fn',
    handler: defaultHandler[runtime],
    environment: {},
    secrets: [],
    timeoutSeconds: 30,
    scaling: defaultScaling,
    resources: defaultResources,
    profile: 'function',
    network: 'full',
    public: false,
    ...given,
    runtime,
  }
}

/** One file as a deployable source. */
export const sourceOf = (text: string, runtime: Runtime, handler: string) =>
  readSource(Buffer.from(text).toString('base64'), runtime, handler, sourceTools)

/** A folder of files as a deployable source. */
export const sourceOfFiles = (files: Readonly<Record<string, string>>, runtime: Runtime, handler: string) => {
  const entries = Object.entries(files).map(([path, text]) => ({ path, executable: false, data: Buffer.from(text) }))
  return readSource(gzipSync(writeCanonicalTar(entries)).toString('base64'), runtime, handler, sourceTools)
}

/** A POST of JSON; without an event an empty body. */
export const jsonRequest = (event?: unknown): InvocationRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: event === undefined ? {} : { 'content-type': 'application/json' },
  body: event === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(event)),
})

/** The JSON of an answer. */
export const jsonOf = (response: InvocationResponse): unknown => JSON.parse(Buffer.from(response.body).toString())
