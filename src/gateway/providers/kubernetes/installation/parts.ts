import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { HksError } from '../../../../contract/errors.ts'
import type { KnativeTeller } from '../../../domain/ports.ts'
import { connectionFailed } from '../client/translateError.ts'
import { createTransport, readBytes } from '../images/transport.ts'
import type { ManifestFile } from './manifest.ts'

/** A file of a release of Knative; `sha256` only where somebody has downloaded and checked it. */
export interface KnativePart {
  readonly name: string
  readonly url: string
  readonly sha256?: string
}

/** The parts to install, in that order (`deploy/knative/parts.json`). */
export async function readParts(file: string): Promise<readonly KnativePart[]> {
  const { parts } = JSON.parse(await readFile(file, 'utf8')) as { parts: readonly KnativePart[] }
  return parts
}

/** How parts are downloaded. */
export interface DownloadOptions {
  /** Whether a file with that sum is taken though nobody has pinned it. */
  readonly accepts: (sha256: string) => boolean
  /** May name a proxy (HTTPS_PROXY, NO_PROXY). */
  readonly environment: Readonly<Record<string, string>>
  /** Whom to trust besides the system, PEM. */
  readonly certificateAuthorities?: string
  readonly tell: KnativeTeller
  readonly signal: AbortSignal
}

/** Far above a release of Knative. */
const mostBytes = 32 * 1024 * 1024
const hint =
  'Download the files yourself, look at them and install from their folder (--from), or accept them (--accept-unverified).'

/**
 * Downloads all parts, and tells the sum of each. Names begin with their number, so that their order is that of their names.
 * @throws HksError CONNECTION_FAILED; CONFLICT for a file that is not the pinned one; INVALID_REQUEST for one without a pin
 *   that nobody accepted
 */
export async function downloadParts(
  parts: readonly KnativePart[],
  { accepts, environment, certificateAuthorities, tell, signal }: DownloadOptions,
): Promise<readonly ManifestFile[]> {
  using transport = createTransport({ environment, certificateAuthorities })
  const files: ManifestFile[] = []
  const unverified: (KnativePart & { readonly seen: string })[] = []
  for (const [index, part] of parts.entries()) {
    tell({ type: 'waiting', message: `Downloading ${part.url}` })
    const bytes = await download(part.url, async url => {
      const { status, body } = await transport.send({ method: 'GET', url, headers: {} }, signal)
      return { status, body }
    })
    signal.throwIfAborted()
    const seen = createHash('sha256').update(bytes).digest('hex')
    tell({ type: 'file', name: part.name, url: part.url, sha256: seen, pinned: part.sha256 !== undefined })
    if (part.sha256 !== undefined && part.sha256 !== seen) throw otherFile(part, seen)
    if (part.sha256 === undefined && !accepts(seen)) unverified.push({ ...part, seen })
    files.push({ name: `${String(index + 1).padStart(2, '0')}-${part.name}`, content: bytes.toString('utf8') })
  }
  if (unverified.length > 0) throw nobodyChecked(unverified)
  return files
}

async function download(
  url: string,
  send: (url: URL) => Promise<{ readonly status: number; readonly body: IncomingMessage }>,
): Promise<Buffer> {
  const answer = await send(new URL(url)).catch((cause: unknown) => {
    throw failed('unreachable', `${url} can not be downloaded: ${(cause as Error).message}.`, cause)
  })
  if (answer.status !== 200) {
    answer.body.destroy()
    throw failed('serverError', `${url} can not be downloaded: the answer is ${answer.status}.`)
  }
  const bytes = await readBytes(answer.body, mostBytes).catch((cause: unknown) => {
    throw failed('unreachable', `${url} was cut off: ${(cause as Error).message}.`, cause)
  })
  answer.body.destroy()
  if (bytes.length <= mostBytes) return bytes
  throw failed('serverError', `${url} is larger than ${mostBytes / 1024 / 1024} MiB, which no part of Knative is.`)
}

const failed = (reason: 'unreachable' | 'serverError', message: string, cause?: unknown): HksError =>
  connectionFailed(reason, message, {
    hint: 'Where this machine has no way to it, download the files elsewhere and install from a folder of them (--from).',
    ...(cause === undefined ? {} : { cause }),
  })

const otherFile = ({ name, url, sha256 }: KnativePart, seen: string): HksError =>
  new HksError('CONFLICT', `${name} is not the file that was checked: its sha256 is ${seen}, not ${sha256}.`, {
    details: { name, url, sha256: seen, pinned: sha256 },
    hint: 'Nothing was applied. Ask whoever publishes it, or install from a folder of your own (--from).',
  })

function nobodyChecked(files: readonly (KnativePart & { readonly seen: string })[]): HksError {
  const lines = files.map(({ name, seen }) => `  ${seen}  ${name}`)
  return new HksError(
    'INVALID_REQUEST',
    ['acceptUnverified: nobody has checked these files, whose sha256 was:', ...lines].join('\n'),
    { details: { field: 'acceptUnverified', sha256: Object.fromEntries(files.map(f => [f.name, f.seen])) }, hint },
  )
}
