import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'

/** A request as the registry got it. */
export interface SeenRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorization: string | undefined
  readonly contentRange: string | undefined
}

/** What goes wrong with a request in place of its answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection is cut when so many bytes of the request have come; those are kept. */
  | { readonly cutAfter: number }
  /** The connection is cut when so many bytes of the answer have gone. */
  | { readonly cutAnswerAfter: number }
  | 'hang'

/** Who may use it. */
export type Login =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** Tokens are given at `/token`; without credentials to those who only read from what is `public`. */
  | {
      readonly kind: 'bearer'
      readonly username: string
      readonly password: string
      readonly identityToken?: string
      readonly public?: readonly string[]
      /** How long tokens are worth something. */
      readonly seconds?: number
    }

/** How it behaves. */
export interface ImageRegistryOptions {
  readonly login?: Login
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Blobs of pushes are hashed and forgotten. */
  readonly forgets?: boolean
  /** Does not say how far an upload has come. */
  readonly cannotResume?: boolean
  /** Names uploads by `http://registry.test/…`, as behind a proxy. */
  readonly namesPlainUploads?: boolean
  /** Mounts nothing. */
  readonly cannotMount?: boolean
}

/** An image registry in memory on loopback, by the OCI distribution specification. */
export interface ImageRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly port: number
  readonly seen: SeenRequest[]
  /** By `repository@digest`. */
  readonly blobs: Map<string, Buffer>
  /** By `repository:tag` and `repository@digest`. */
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly mediaType: string }>
  /** Tokens that were asked for. */
  readonly scopesAsked: (readonly string[])[]
  /** Asked before each request is answered. */
  fault: (request: SeenRequest) => Fault | undefined
  /** Bytes of blobs that came in. */
  uploadedBytes: number
  /** Puts an image there; answers the digests. */
  publish(
    repository: string,
    tag: string,
    image: PublishedImage,
  ): { readonly digest: string; readonly layers: string[] }
}

/** An image with small layers. */
export interface PublishedImage {
  /** One image for each; an index when there are several. */
  readonly platforms?: readonly string[]
  /** Files of the layers, each a tar of its own. */
  readonly layers?: readonly Uint8Array[]
  readonly format?: 'oci' | 'docker'
  readonly config?: Readonly<Record<string, unknown>>
}

const types = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A gzipped layer of one file, and the digest of its tar. */
export function smallLayer(path: string, content: string): { readonly bytes: Buffer; readonly diffId: string } {
  const tar = writeCanonicalTar([{ path, executable: false, data: Buffer.from(content) }])
  return { bytes: gzipSync(tar), diffId: sha256(tar) }
}

/** Opens an empty registry. */
export async function openImageRegistry(options: ImageRegistryOptions = {}): Promise<ImageRegistry> {
  const uploads = new Map<string, { chunks: Buffer[]; size: number; hash: ReturnType<typeof createHash> }>()
  const tokens = new Map<string, { readonly scopes: readonly string[]; readonly until: number }>()
  const answerAll = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  }
  const server = options.tls ? createHttps(options.tls, answerAll) : createHttp(answerAll)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  const origin = `${options.tls ? 'https' : 'http'}://${host}`

  const registry: ImageRegistry = {
    ...{ host, port, seen: [], blobs: new Map(), manifests: new Map(), scopesAsked: [], uploadedBytes: 0 },
    fault: () => undefined,
    publish: (repository, tag, image) => publish(registry, repository, tag, image),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const seen = { method, path, authorization: headers.authorization, contentRange: headers['content-range'] }
    registry.seen.push(seen)
    const url = new URL(path, origin)
    const fault = registry.fault(seen)
    if (fault === 'hang') return
    if (fault !== undefined && 'status' in fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    if (fault !== undefined && 'cutAfter' in fault) return takeAndCut(request, url, fault.cutAfter)
    if (fault !== undefined) {
      const write = response.write.bind(response)
      let left = fault.cutAnswerAfter
      response.end = ((bytes: Buffer) => {
        write(bytes.subarray(0, left), () => response.destroy())
        left = 0
        return response
      }) as typeof response.end
    }
    if (url.pathname === '/token') return giveToken(request, url, response)
    if (!isAllowed(request, url, response)) return
    await serve(request, url, response)
  }

  async function takeAndCut(request: IncomingMessage, url: URL, bytes: number): Promise<void> {
    const upload = uploads.get(url.pathname.split('/').at(-1)!)
    let left = bytes
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (upload) keep(upload, chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) break
    }
    request.socket.destroy()
  }

  async function giveToken(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const { login } = options
    if (login?.kind !== 'bearer') return void response.writeHead(404).end()
    const form = request.method === 'POST' ? new URLSearchParams(await textOf(request)) : url.searchParams
    const scopes = form.getAll('scope').flatMap(scope => scope.split(' '))
    const isKnown =
      request.headers.authorization === basic(login) ||
      (login.identityToken !== undefined && form.get('refresh_token') === login.identityToken)
    const isNobody = request.headers.authorization === undefined && !form.has('refresh_token')
    registry.scopesAsked.push(scopes)
    if (!isKnown && !isNobody) return void response.writeHead(401).end('{"details":"incorrect username or password"}')
    const granted = scopes.filter(
      scope => isKnown || (login.public?.includes(scope.split(':')[1]!) && scope.endsWith(':pull')),
    )
    const token = randomUUID()
    const seconds = login.seconds ?? 300
    tokens.set(token, { scopes: granted, until: Date.now() + seconds * 1000 })
    response.writeHead(200).end(JSON.stringify({ token, expires_in: seconds }))
  }

  function isAllowed(request: IncomingMessage, url: URL, response: ServerResponse): boolean {
    const { login } = options
    if (login === undefined) return true
    const shown = request.headers.authorization ?? ''
    if (login.kind === 'basic') {
      if (shown === basic(login)) return true
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="test"' })
        .end(errorBody('UNAUTHORIZED', 'who are you'))
      return false
    }
    const name = /^\/v2\/(.+?)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? ''
    const right = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'push'
    const token = tokens.get(shown.replace(/^Bearer /, ''))
    const has = (repository: string, wanted: string) =>
      token?.scopes.some(scope => {
        const [, scoped, rights = ''] = scope.split(':')
        return scoped === repository && rights.split(',').includes(wanted)
      }) ?? false
    const from = url.searchParams.get('from')
    if (token !== undefined && token.until > Date.now() && has(name, right)) {
      // As registries do it: without a right to the other one it is an upload.
      if (from !== null && !has(from, 'pull')) url.searchParams.delete('mount')
      return true
    }
    const challenge = `Bearer realm="${origin}/token",service="test",scope="repository:${name}:${right === 'pull' ? 'pull' : 'pull,push'}"`
    response.writeHead(401, { 'www-authenticate': challenge }).end(errorBody('UNAUTHORIZED', 'authentication required'))
    return false
  }

  async function serve(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const [, name = '', kind = '', reference = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? []
    const { method } = request
    if (kind === 'manifests') {
      const key = reference.startsWith('sha256:') ? `${name}@${reference}` : `${name}:${reference}`
      if (method === 'PUT') {
        const bytes = Buffer.from(await textOf(request))
        const stored = { bytes, mediaType: request.headers['content-type'] ?? '' }
        registry.manifests.set(key, stored).set(`${name}@${sha256(bytes)}`, stored)
        return void response.writeHead(201, { 'docker-content-digest': sha256(bytes) }).end()
      }
      const found = registry.manifests.get(key)
      if (!found) return void response.writeHead(404).end(errorBody('MANIFEST_UNKNOWN', 'manifest unknown'))
      const headers = { 'content-type': found.mediaType, 'docker-content-digest': sha256(found.bytes) }
      return void response.writeHead(200, { ...headers, 'content-length': found.bytes.length }).end(found.bytes)
    }
    if (!reference.startsWith('uploads/')) {
      const found = registry.blobs.get(`${name}@${reference}`)
      if (!found) return void response.writeHead(404).end(errorBody('BLOB_UNKNOWN', 'blob unknown'))
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const rest = found.subarray(from)
      return void response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length }).end(rest)
    }
    const id = reference.slice('uploads/'.length)
    if (method === 'POST') return begin(name, url, response)
    const upload = uploads.get(id)
    if (!upload) return void response.writeHead(404).end(errorBody('BLOB_UPLOAD_UNKNOWN', 'upload unknown'))
    const where = { location: `/v2/${name}/blobs/uploads/${id}`, range: `0-${Math.max(upload.size - 1, 0)}` }
    if (method === 'GET') {
      return void response.writeHead(options.cannotResume ? 404 : 204, options.cannotResume ? {} : where).end()
    }
    if (method === 'DELETE') {
      uploads.delete(id)
      return void response.writeHead(204).end()
    }
    const start = /^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1]
    if (start !== undefined && Number(start) !== upload.size) return void response.writeHead(416, where).end()
    for await (const chunk of request as AsyncIterable<Buffer>) keep(upload, chunk)
    if (method === 'PATCH') {
      return void response.writeHead(202, { ...where, range: `0-${upload.size - 1}` }).end()
    }
    uploads.delete(id)
    const digest = url.searchParams.get('digest')
    if (`sha256:${upload.hash.digest('hex')}` !== digest) {
      return void response.writeHead(400).end(errorBody('DIGEST_INVALID', 'provided digest did not match'))
    }
    registry.blobs.set(`${name}@${digest}`, Buffer.concat(upload.chunks))
    response.writeHead(201).end()
  }

  function begin(name: string, url: URL, response: ServerResponse): void {
    const [mount, from] = [url.searchParams.get('mount'), url.searchParams.get('from')]
    const found = mount !== null && !options.cannotMount && registry.blobs.get(`${from}@${mount}`)
    if (found) {
      registry.blobs.set(`${name}@${mount}`, found)
      return void response.writeHead(201).end()
    }
    const id = randomUUID()
    uploads.set(id, { chunks: [], size: 0, hash: createHash('sha256') })
    response
      .writeHead(202, {
        location: `${options.namesPlainUploads ? 'http://registry.test' : ''}/v2/${name}/blobs/uploads/${id}`,
        range: '0-0',
      })
      .end()
  }

  function keep(upload: { chunks: Buffer[]; size: number; hash: ReturnType<typeof createHash> }, chunk: Buffer): void {
    if (!options.forgets) upload.chunks.push(chunk)
    upload.size += chunk.length
    upload.hash.update(chunk)
    registry.uploadedBytes += chunk.length
  }
  return registry
}

function publish(
  registry: ImageRegistry,
  repository: string,
  tag: string,
  { platforms = ['linux/amd64'], layers = [], format = 'oci', config = {} }: PublishedImage,
): { readonly digest: string; readonly layers: string[] } {
  const type = types[format]
  const putBlob = (bytes: Buffer) => {
    registry.blobs.set(`${repository}@${sha256(bytes)}`, bytes)
    return { digest: sha256(bytes), size: bytes.length }
  }
  const putManifest = (value: object, mediaType: string) => {
    const bytes = Buffer.from(JSON.stringify(value))
    registry.manifests.set(`${repository}@${sha256(bytes)}`, { bytes, mediaType })
    return { mediaType, digest: sha256(bytes), size: bytes.length }
  }
  const all =
    layers.length > 0
      ? layers.map(tar => ({ bytes: gzipSync(tar), diffId: sha256(tar) }))
      : [smallLayer('etc/base', 'base')]
  const blobs = all.map(({ bytes }) => ({ mediaType: type.layer, ...putBlob(bytes) }))
  const manifests = platforms.map(platform => {
    const [os, architecture] = platform.split('/')
    const diffIds = all.map(({ diffId }) => diffId)
    const bytes = Buffer.from(
      JSON.stringify({ os, architecture, rootfs: { type: 'layers', diff_ids: diffIds }, ...config }),
    )
    const value = {
      schemaVersion: 2,
      mediaType: type.manifest,
      config: { mediaType: type.config, ...putBlob(bytes) },
      layers: blobs,
    }
    return { ...putManifest(value, type.manifest), platform: { os, architecture } }
  })
  const top =
    manifests.length === 1
      ? manifests[0]!
      : putManifest({ schemaVersion: 2, mediaType: type.index, manifests }, type.index)
  registry.manifests.set(`${repository}:${tag}`, registry.manifests.get(`${repository}@${top.digest}`)!)
  return { digest: top.digest, layers: blobs.map(({ digest }) => digest) }
}

const basic = ({ username, password }: { readonly username: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const errorBody = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] })

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}
