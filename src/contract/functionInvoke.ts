import type { Function } from './functions.ts'
import type { Invocation, InvocationDetail } from './invocations.ts'
import type { LogLine, LogPage, LogPosition } from './logs.ts'
import type { ErrorCode } from './errors.ts'
import type { Call, CommonEvents, Nothing, Viewer } from './webviewCalls.ts'

/** What a call is sent: JSON, text of some content type, or nothing. */
export type Payload =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly contentType: string }
  | { readonly kind: 'empty' }

/** A payload that the user keeps for a function, under a name. */
export interface SavedPayload {
  readonly name: string
  readonly payload: Payload
}

/** What to send: what the page holds, or byte for byte what an earlier call was sent, which no editor could show. */
export type CallInput = { readonly payload: Payload } | { readonly sameAs: string }

/** The answer of a call as far as it has come. */
export interface CallAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Set when the platform made the answer. */
  readonly code?: ErrorCode
  /** Bytes that have come. */
  readonly bytes: number
  /** Its beginning, at most {@link shownCharacters}; undefined when it is not text. */
  readonly text?: string
  /** `text` is not all that has come. */
  readonly isCut: boolean
  /** The host has all that came: more than it keeps can be neither opened nor saved whole. */
  readonly isKept: boolean
}

/** Characters of an answer that the page is given. */
export const shownCharacters = 256 * 1024

/** A call that the page's host makes, from its beginning. */
export interface PanelCall {
  readonly invocationId: string
  /** RFC 3339, by the host's clock. */
  readonly startedAt: string
  /** Undefined until it begins. */
  readonly answer?: CallAnswer
  /** Milliseconds from sending to the last byte; undefined while it runs. */
  readonly elapsed?: number
  /** Why there is no answer, or why it broke off. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string }
  /** Its record, once it has ended and where it can be read. */
  readonly record?: Invocation
}

/** What a page that opens does at once: call with what it holds, or send again what a call was sent. */
export type InvokeErrand = { readonly kind: 'invoke' } | { readonly kind: 'replay'; readonly invocationId: string }

/** What the invoke page starts from. */
export interface FunctionInvokeInit extends Viewer {
  readonly function: Function
  /** What the function was sent last from this window. */
  readonly last?: Payload
  readonly saved: readonly SavedPayload[]
  /** The last calls, newest first. */
  readonly calls: readonly Invocation[]
  /** Where older calls begin; undefined when there are none. */
  readonly olderCalls?: string
  /** The call that the host makes or made last: a page that was hidden shows it again. */
  readonly call?: PanelCall
  /** Given once. */
  readonly errand?: InvokeErrand
}

/** The page that calls one function. */
export interface FunctionInvokeProtocol {
  /** What the extension host answers and hears. */
  readonly host: {
    readonly requests: {
      /** The page's first request, also after a reload. */
      readonly init: Call<Nothing, FunctionInvokeInit>
      /** Begins a call. What comes of it are `call` events. The page chooses the id, a new UUID. */
      readonly invoke: Call<{ readonly invocationId: string; readonly input: CallInput }, Nothing>
      /** Ends the call under way; its end comes as any other. */
      readonly cancel: Call<Nothing, Nothing>
      /** A call with what it was sent, where that is kept. */
      readonly record: Call<{ readonly invocationId: string }, InvocationDetail>
      /** What is to be done, once: `null` when it was done already. */
      readonly errand: Call<Nothing, InvokeErrand | null>
      /** The last calls, newest first, or those before the ones that the page has. */
      readonly calls: Call<
        { readonly cursor?: string },
        { readonly items: readonly Invocation[]; readonly nextCursor?: string }
      >
      /** Lines of one call, oldest first. */
      readonly log: Call<{ readonly invocationId: string; readonly limit: number } & LogPosition, LogPage>
      /** As in the execution history: lines come as `logLines` events with the same `followId`. */
      readonly followLog: Call<
        { readonly followId: number; readonly invocationId: string; readonly after?: number },
        Nothing
      >
      readonly unfollowLog: Call<Nothing, Nothing>
      /** Asks for a name and keeps a payload. `null`: the user thought better; so for the two that follow. */
      readonly savePayload: Call<{ readonly payload: Payload; readonly name?: string }, SavedPayloads | null>
      readonly renamePayload: Call<{ readonly name: string }, SavedPayloads | null>
      /** Asks before it deletes. */
      readonly deletePayload: Call<{ readonly name: string }, SavedPayloads | null>
      /** Puts a command that makes this call on the clipboard; it holds the function's token. */
      readonly copyCurl: Call<{ readonly payload: Payload }, Nothing>
      /** Puts the text of the last answer, or what is kept of it, on the clipboard. */
      readonly copyAnswer: Call<Nothing, Nothing>
      /** Shows the last answer in an editor. */
      readonly openAnswer: Call<Nothing, Nothing>
      /** Asks for a file and writes the bytes of the last answer. `null`: the user thought better. */
      readonly saveAnswer: Call<Nothing, { readonly path: string } | null>
      /** Shows the log of a call in the function's output channel. */
      readonly openLog: Call<{ readonly invocationId: string }, Nothing>
      readonly manageTrust: Call<Nothing, Nothing>
    }
    readonly events: Record<never, never>
  }
  /** What the page hears. */
  readonly page: {
    readonly requests: Record<never, never>
    readonly events: CommonEvents & {
      /** The call that the host makes has come further; `text` is what it adds to the text before. */
      readonly call: { readonly call: PanelCall }
      /** Calls that are new or have changed, whoever made them. */
      readonly calls: { readonly calls: readonly Invocation[] }
      readonly function: { readonly function: Function }
      readonly deleted: { readonly id: string }
      readonly logLines: { readonly followId: number; readonly lines: readonly LogLine[]; readonly end?: string }
      /** The panel was asked for again, to do something. A page that hears it not is told by its next `init`. */
      readonly errand: Nothing
    }
  }
}

/** All saved payloads of the function after a change, and the name of the one that was changed or made. */
export interface SavedPayloads {
  readonly saved: readonly SavedPayload[]
  readonly name?: string
}
