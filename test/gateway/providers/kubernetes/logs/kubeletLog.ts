import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeClient, KubeRequest } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'

/** The log of one container as a kubelet answers it: complete lines with nanoseconds. */
export interface KubeletLog {
  readonly client: KubeClient
  /** Requests so far. */
  readonly requests: KubeRequest['query'][]
  /** Adds a line; a follower gets it. */
  write(stamp: string, text: string): void
  /** The kubelet says something itself, at the end of each answer. */
  say(text: string): void
  /** What was written is not in the file any more (rotation). */
  rotate(): void
  /** The container ends: followers get the end of the stream. */
  end(): void
  /** Followers are cut; `error` absent: without one, as by a proxy that is polite. */
  cut(error?: HksError): void
  /** The connections are dead: followers get nothing more, not even an end. */
  lose(): void
  /** Bytes that a follower got are no whole line when it is cut. */
  writePart(text: string): void
}

/** An empty log. The next request, and each follower, gets what `chunk` bytes at a time. */
export function createKubeletLog(chunk = 1000): KubeletLog {
  let lines: string[] = []
  let isOver = false
  const requests: KubeRequest['query'][] = []
  const followers = new Set<{ queue: string[]; wake: () => void; end?: 'polite' | HksError }>()
  const tell = (text: string) => {
    for (const follower of followers) {
      follower.queue.push(text)
      follower.wake()
    }
  }
  const finish = (end: 'polite' | HksError) => {
    for (const follower of followers) {
      follower.end = end
      follower.wake()
    }
    followers.clear()
  }
  async function* answer(query: KubeRequest['query'], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const since = query?.['sinceTime']
    const wanted = lines.filter(line => since === undefined || line >= String(since).replace('Z', ''))
    const text = Buffer.from(wanted.join(''))
    const follower = { queue: [] as string[], wake: () => {} } as {
      queue: string[]
      wake: () => void
      end?: 'polite' | HksError
    }
    if (query?.['follow'] === true && !isOver) followers.add(follower)
    else follower.end = 'polite'
    for (let at = 0; at < text.length; at += chunk) yield text.subarray(at, at + chunk)
    for (;;) {
      signal?.throwIfAborted()
      const next = follower.queue.shift()
      if (next !== undefined) yield Buffer.from(next)
      else if (follower.end === 'polite') return
      else if (follower.end) throw follower.end
      else {
        await new Promise<void>(resolve => {
          follower.wake = resolve
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    }
  }
  return {
    requests,
    client: {
      server: 'https://cluster.test',
      clockAheadMs: () => 0,
      request: () => Promise.reject(new Error('not here')),
      list: () => Promise.reject(new Error('not here')),
      reload: () => Promise.reject(new Error('not here')),
      webSocket: () => Promise.reject(new Error('not here')),
      endSilent: () => undefined,
      stream: async (_path, { query, signal } = {}) => {
        requests.push(query)
        return answer(query, signal)
      },
      [Symbol.dispose]: () => undefined,
    },
    write: (stamp, text) => {
      const line = `${stamp} ${text}\n`
      lines.push(line)
      tell(line)
    },
    say: text => {
      lines.push(`${text}\n`)
      tell(`${text}\n`)
    },
    writePart: tell,
    lose: () => followers.clear(),
    rotate: () => {
      lines = []
    },
    end: () => {
      isOver = true
      finish('polite')
    },
    cut: error => finish(error ?? 'polite'),
  }
}
