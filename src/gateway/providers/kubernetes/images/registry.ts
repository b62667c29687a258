import { Readable } from 'node:stream'
import { createAuthorization } from './authorization.ts'
import { readAnswerError } from './answerError.ts'
import { readBlob } from './blobDownload.ts'
import { type BlobSource, uploadBlob } from './blobUpload.ts'
import { type Descriptor, digestOf, DigestMismatch, isDigest } from './digest.ts'
import type { RegistryAccess } from './image.ts'
import { acceptedManifests } from './manifest.ts'
import { type Act, explainRegistryFailure } from './registryFailures.ts'
import { apiHostOf } from './reference.ts'
import { BrokenTransfer, UnexpectedAnswer } from './registryError.ts'
import { type RetryPolicy, usualRetries, withRetries } from './retry.ts'
import { type Answer, type Exchange, readBytes, type SendOnce, type Transport } from './transport.ts'

/** A manifest or an index as it was sent. */
export interface RawManifest {
  readonly bytes: Buffer
  readonly digest: string
  readonly mediaType: string
}

/**
 * One repository of a registry that speaks the OCI distribution specification 1.1, with Docker's media types too.
 * Everything throws HksError REGISTRY_FAILED, and `signal.reason`.
 */
export interface Repository {
  readonly registry: string
  readonly name: string
  /** The digest of a tag or of a manifest; `undefined` when there is none. */
  find(reference: string, signal: AbortSignal): Promise<string | undefined>
  /** By tag or digest. */
  manifest(reference: string, signal: AbortSignal): Promise<RawManifest>
  /** Under a tag or its digest; answers the digest. */
  putManifest(reference: string, mediaType: string, bytes: Buffer, signal: AbortSignal): Promise<string>
  hasBlob(digest: string, signal: AbortSignal): Promise<boolean>
  /** The bytes of a blob from `from` on; those of a whole one are verified, at its end. */
  readBlob(blob: Descriptor, from: number, signal: AbortSignal): Readable
  /** Takes a blob over from another repository of the registry; `false` when the registry does not do that. */
  mountBlob(digest: string, from: string, signal: AbortSignal): Promise<boolean>
  /** Sends a blob; after a cut it goes on where the registry says, or begins again. `onBytes` hears how many are there. */
  uploadBlob(source: BlobSource, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void>
}

/** What repositories of a registry need. */
export interface RegistryOptions {
  readonly transport: Transport
  readonly access: RegistryAccess
  readonly environment: Readonly<Record<string, string>>
  readonly retries?: RetryPolicy
}

const mostManifestBytes = 4 * 1024 * 1024
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/

/** Whether a registry is spoken to without TLS. */
export const isPlain = (registry: string, { insecure = [] }: RegistryAccess): boolean =>
  loopback.test(registry) || insecure.includes(registry)

/** Opens a repository; nothing is sent yet. `mayPush` asks for the right to write to it, `mountFrom` to read from others. */
export function openRepository(
  registry: string,
  name: string,
  options: RegistryOptions,
  rights: { readonly mayPush: boolean; readonly mountFrom?: string } = { mayPush: false },
): Repository {
  const { transport, access, environment, retries = usualRetries } = options
  const base = new URL(`${isPlain(registry, access) ? 'http' : 'https'}://${apiHostOf(registry)}/v2/${name}/`)
  const credentials = access.credentials?.[registry]
  const authorization = createAuthorization({
    ...{ registry, repository: name, origin: base.origin, transport, environment, credentials },
  })
  const scopes = [
    `repository:${name}:${rights.mayPush ? 'pull,push' : 'pull'}`,
    ...(rights.mountFrom === undefined ? [] : [`repository:${rights.mountFrom}:pull`]),
  ]
  const sendOnce: SendOnce = (exchange, signal) => authorization.send(exchange, scopes, signal)

  /** Tries until there is an answer that is expected. */
  const call = (exchange: Exchange, expected: readonly number[], signal: AbortSignal): Promise<Answer> =>
    withRetries(
      async () => {
        const answer = await sendOnce(exchange, signal)
        if (!expected.includes(answer.status)) throw await readAnswerError(answer)
        return answer
      },
      retries,
      signal,
    )
  const translated = async <T>(act: Act, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw explain(act, signal, error)
    }
  }
  const explain = (act: Act, signal: AbortSignal, error: unknown): unknown => {
    if (signal.aborted) return signal.reason
    return explainRegistryFailure(error, { act, registry, repository: name, scheme: base.protocol, authorization })
  }
  const at = (path: string) => new URL(path, base)
  const hasBlob = async (digest: string, signal: AbortSignal) => {
    const answer = await call({ method: 'HEAD', url: at(`blobs/${digest}`), headers: {} }, [200, 404], signal)
    answer.body.resume()
    return answer.status === 200
  }

  const readByGet = (reference: string, signal: AbortSignal): Promise<RawManifest> =>
    withRetries(
      async () => {
        const exchange = { method: 'GET', url: at(`manifests/${reference}`), headers: { accept: acceptedManifests } }
        const answer = await sendOnce(exchange, signal)
        if (answer.status !== 200) throw await readAnswerError(answer)
        return readManifest(answer, reference)
      },
      retries,
      signal,
    )

  return {
    registry,
    name,
    manifest: (reference, signal) =>
      translated({ kind: 'pull', reference }, signal, () => readByGet(reference, signal)),
    find: (reference, signal) =>
      translated(rights.mayPush ? { kind: 'push' } : { kind: 'pull', reference }, signal, async () => {
        const exchange = { method: 'HEAD', url: at(`manifests/${reference}`), headers: { accept: acceptedManifests } }
        const answer = await call(exchange, [200, 403, 404, 405], signal)
        answer.body.resume()
        if (answer.status === 404) return undefined
        const told = answer.headers['docker-content-digest']
        if (answer.status === 200 && isDigest(told)) return told
        // Why it is refused is in the body, which a HEAD has not.
        try {
          return (await readByGet(reference, signal)).digest
        } catch (error) {
          if (error instanceof UnexpectedAnswer && error.status === 404) return undefined
          throw error
        }
      }),
    putManifest: (reference, mediaType, bytes, signal) =>
      translated({ kind: 'push' }, signal, async () => {
        const body = bodyOf(bytes)
        const headers = { 'content-type': mediaType }
        const answer = await call({ method: 'PUT', url: at(`manifests/${reference}`), headers, body }, [201], signal)
        answer.body.resume()
        return digestOf(bytes)
      }),
    hasBlob: (digest, signal) => translated({ kind: 'push' }, signal, () => hasBlob(digest, signal)),
    readBlob: (blob, from, signal) =>
      readBlob({ sendOnce, url: at(`blobs/${blob.digest}`), retries }, blob, from, signal, error =>
        explain({ kind: 'pull', reference: blob.digest }, signal, error),
      ),
    mountBlob: (digest, from, signal) =>
      translated({ kind: 'push' }, signal, async () => {
        const url = at('blobs/uploads/')
        url.searchParams.set('mount', digest)
        url.searchParams.set('from', from)
        // What is refused here can still be copied.
        const answer = await call({ method: 'POST', url, headers: {} }, [201, 202, 400, 401, 403, 404, 405], signal)
        answer.body.resume()
        const { location } = answer.headers
        if (answer.status === 202 && location !== undefined)
          await giveUp(sendOnce, new URL(location, answer.url), signal)
        return answer.status === 201
      }),
    uploadBlob: (source, signal, onBytes) =>
      translated({ kind: 'push' }, signal, () =>
        uploadBlob({ sendOnce, uploads: at('blobs/uploads/'), hasBlob, retries }, source, signal, onBytes),
      ),
  }
}

/** Ends an upload that the registry began without being asked. */
async function giveUp(sendOnce: SendOnce, url: URL, signal: AbortSignal): Promise<void> {
  try {
    const answer = await sendOnce({ method: 'DELETE', url, headers: {} }, signal)
    answer.body.resume()
  } catch {
    // The registry ends it by itself one day.
    signal.throwIfAborted()
  }
}

/** @throws BrokenTransfer, DigestMismatch, Error for one that is too large */
async function readManifest(answer: Answer, reference: string): Promise<RawManifest> {
  const bytes = await readBytes(answer.body, mostManifestBytes)
  if (bytes.length > mostManifestBytes) throw new Error(`the manifest is larger than ${mostManifestBytes} bytes`)
  const length = answer.headers['content-length']
  if (length !== undefined && bytes.length < Number(length)) throw new BrokenTransfer('the manifest was cut off')
  const digest = digestOf(bytes)
  const told = answer.headers['docker-content-digest']
  for (const wanted of [reference, told]) {
    if (isDigest(wanted) && wanted !== digest) throw new DigestMismatch(wanted, digest)
  }
  return { bytes, digest, mediaType: (answer.headers['content-type'] ?? '').split(';')[0]!.trim() }
}

/** Bytes in memory as a body. */
const bodyOf = (bytes: Buffer) => ({ size: bytes.length, open: () => Readable.from([bytes], { objectMode: false }) })
