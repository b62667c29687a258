import type WebSocket from 'ws'
import type { KubeList, KubeObject } from './kubeObject.ts'

/** What a request may carry. */
export interface KubeRequest {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Of the body; default `application/json`. A patch says which one it is. */
  readonly contentType?: string
  readonly signal?: AbortSignal
  /** Milliseconds until the whole answer must be there; default 30,000. */
  readonly timeoutMs?: number
}

/** The content types of patches (Kubernetes API conventions, "Patch operations"). */
export const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** A connection to one API server, with the credentials of one context. Dispose to close its sockets. */
export interface KubeClient extends Disposable {
  /** Origin of the API server, for messages. */
  readonly server: string
  /** Milliseconds that the clock of this machine is ahead of the server's; 0 when the difference is of no account. */
  clockAheadMs(): number
  /**
   * One request; the answer is parsed.
   * @throws HksError of `translateError.ts`: CONNECTION_FAILED, FORBIDDEN, NOT_FOUND, CONFLICT, INVALID_REQUEST …; `signal.reason`
   */
  request<T = KubeObject>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    request?: KubeRequest,
  ): Promise<T>
  /** All items of a list, read in pages of 500. */
  list<T extends KubeObject>(path: string, request?: KubeRequest): Promise<KubeList<T>>
  /** The bytes of an answer as they come (logs, watches); ends with the connection, rejects when that is cut. */
  stream(
    path: string,
    request?: Omit<KubeRequest, 'body' | 'contentType' | 'timeoutMs'>,
  ): Promise<AsyncIterable<Uint8Array>>
  /**
   * One connection was found dead, so others may be: ends, with CONNECTION_FAILED, each stream in which nothing has come for so
   * many milliseconds, and closes the kept connections that nothing uses.
   */
  endSilent(milliseconds: number): void
  /**
   * Reads the kubeconfig again, changed or not. By itself a client looks once a second at most, when it is asked for something;
   * where another server or user is found, or the kubeconfig can not be used any more, streams end with CONNECTION_FAILED, and
   * WebSockets go on. @throws HksError CONNECTION_FAILED
   */
  reload(): Promise<void>
  /** A WebSocket, for a port of a pod; paused until `resume`. Closed with the signal. @throws HksError as `request` does */
  webSocket(
    path: string,
    request: Pick<KubeRequest, 'query' | 'signal'> & { readonly protocol: string },
  ): Promise<WebSocket>
}
