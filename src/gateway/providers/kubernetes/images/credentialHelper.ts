import type { Readable } from 'node:stream'
import { startWatched } from '../../../platform/watchedCommand.ts'
import type { Credentials } from './image.ts'

/** What a helper knows; a clause says why it is nothing. */
export type HelperAnswer =
  | { readonly credentials: Credentials }
  | { readonly credentials?: undefined; readonly problem: string }

/** One that opens a window to ask for a password is not waited for longer. */
const patienceMs = 30_000
const mostOutputBytes = 256 * 1024
/** The name that stands for a token in place of a user (docker-credential-helpers). */
const tokenUser = '<token>'
const plainName = /^[\w.-]+$/

/**
 * Asks `docker-credential-NAME get` for the login to a server, with the environment's PATH. It ends with the gateway.
 * @throws `signal.reason` when nothing of it is left
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HelperAnswer> {
  signal.throwIfAborted()
  if (!plainName.test(name)) return { problem: 'this is no name of a program' }
  const program = `docker-credential-${name}`
  const watched = startWatched('/bin/sh', ['-c', 'printf %s "$1" | "$2" get', 'sh', server, program], environment, {
    stderr: 'pipe',
  })
  const [stdout, stderr] = [gather(watched.stdout), gather(watched.stderr!)]
  const stopped = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  stopped.addEventListener('abort', watched.end, { once: true })
  const exitCode = await watched.closed.finally(() => stopped.removeEventListener('abort', watched.end))
  signal.throwIfAborted()
  if (stopped.aborted) return { problem: `it did not answer within ${patienceMs / 1000} seconds` }
  if (exitCode === 127) return { problem: `it is not on the PATH ${environment['PATH'] ?? ''}` }
  // Helpers say on stdout what is wrong.
  if (exitCode !== 0)
    return { problem: lastLine(stdout()) || lastLine(stderr()) || `it ended with exit code ${exitCode}` }
  return readAnswer(stdout())
}

function readAnswer(text: string): HelperAnswer {
  try {
    const { Username: username, Secret: secret } = JSON.parse(text) as { Username?: unknown; Secret?: unknown }
    if (typeof username !== 'string' || typeof secret !== 'string' || secret === '')
      return { problem: 'it knows nothing' }
    return { credentials: username === tokenUser ? { identityToken: secret } : { username, password: secret } }
  } catch {
    // What it said may be a secret.
    return { problem: 'its answer is not JSON' }
  }
}

function gather(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    if (text.length < mostOutputBytes) text += more
  })
  return () => text
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
