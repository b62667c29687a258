import { type SourceFile, TarError, writeCanonicalTar } from '../../base/canonicalTar.ts'
import { dedent } from '../../base/dedent.ts'
import { readTar } from '../../base/readTar.ts'
import type { Runtime } from '../../contract/functions.ts'
import { HksError, invalidField } from '../../contract/errors.ts'
import type { Source } from './function.ts'

/** What reading a source needs of the machine. */
export interface SourceTools {
  /** sha256 in hex. */
  readonly sha256: (data: Uint8Array) => string
  /** Inflates gzip; rejects when the result would exceed `maxBytes` or the data are damaged. */
  readonly gunzip: (data: Uint8Array, maxBytes: number) => Promise<Uint8Array>
  /** `undefined` for what is not base64. */
  readonly decodeBase64: (text: string) => Uint8Array | undefined
}

const MiB = 1024 * 1024
/** Far above a function with its dependencies, far below what would hurt the gateway. */
const limits = { maxEntries: 20_000, maxBytes: 256 * MiB }
/** The archive around the files: a header and padding for each entry. */
const maxInflatedBytes = limits.maxBytes + limits.maxEntries * 1024

/** The handler of a deployment that names none. */
export const defaultHandler: Readonly<Record<Runtime, string>> = {
  python: 'main.handler',
  node: 'index.handler',
  go: 'Handle',
}

const extension: Readonly<Record<Runtime, string>> = { python: '.py', node: '.mjs', go: '.go' }
const handlerForms: Readonly<Record<Runtime, RegExp>> = {
  python: /^[A-Za-z_]\w*(?:[./][A-Za-z_]\w*)*\.[A-Za-z_]\w*$/,
  node: /^(?!\/)(?:[\w@$-][\w@$.-]*\/)*[\w@$-][\w@$.-]*\.[A-Za-z_$][\w$]*$/,
  go: /^(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\.)?\p{Lu}[\p{L}\d_]*$/u,
}

/** Refuses a handler that is not `module.function`, or in Go `Function`. @throws HksError INVALID_REQUEST */
export function checkHandler(runtime: Runtime, handler: string): void {
  if (handlerForms[runtime].test(handler) && !handler.split('/').includes('..')) return
  const form = runtime === 'go' ? 'an exported function, or folder.Function' : 'module.function'
  throw invalidField('handler', handler, `"${handler}" is not ${form}.`, `Example: ${defaultHandler[runtime]}`)
}

/**
 * The source of a deployment: base64 of one file (stored under the handler's module name) or of a gzipped tar.
 * @throws HksError INVALID_SOURCE with `details.entry` when one entry of an archive is at fault
 */
export async function readSource(
  base64: string,
  runtime: Runtime,
  handler: string,
  tools: SourceTools,
): Promise<Source> {
  const bytes = tools.decodeBase64(base64)
  if (bytes === undefined) throw invalidSource('It is not base64.', {})
  if (bytes.length === 0) throw invalidSource('It is empty.', {})
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    const files = isGzip ? readTar(await inflate(bytes, tools), limits) : [singleFile(bytes, runtime, handler)]
    if (files.length === 0) throw new TarError('The archive holds no file.')
    const tar = writeCanonicalTar(files)
    return { tar, digest: tools.sha256(tar) }
  } catch (cause) {
    if (!(cause instanceof TarError)) throw cause
    throw invalidSource(cause.message, cause.entry === undefined ? {} : { entry: cause.entry }, cause)
  }
}

/** Path of a module without its ending. In Go the module is a folder, and its file may have any name. */
const modulePath: Readonly<Record<Runtime, (module: string) => string>> = {
  python: module => module.replaceAll('.', '/'),
  node: module => module,
  go: folder => (folder === '' ? 'function' : `${folder}/function`),
}

function singleFile(bytes: Uint8Array, runtime: Runtime, handler: string): SourceFile {
  const path = modulePath[runtime](handler.slice(0, Math.max(handler.lastIndexOf('.'), 0))) + extension[runtime]
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw invalidSource('It is neither UTF-8 text nor a gzipped tar.', {}, cause)
  }
  const data = runtime === 'python' ? new TextEncoder().encode(dedent(text)) : bytes
  return { path, executable: false, data }
}

async function inflate(bytes: Uint8Array, tools: SourceTools): Promise<Uint8Array> {
  try {
    return await tools.gunzip(bytes, maxInflatedBytes)
  } catch (cause) {
    const bound = `${limits.maxBytes / MiB} MiB`
    throw invalidSource(`The archive is damaged or larger than ${bound} when it is unpacked.`, {}, cause)
  }
}

const invalidSource = (message: string, details: Readonly<Record<string, unknown>>, cause?: unknown) =>
  new HksError('INVALID_SOURCE', `source: ${message}`, {
    details: { field: 'source', ...details },
    ...(cause === undefined ? {} : { cause }),
  })
