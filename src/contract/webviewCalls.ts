/** One request of a side: what it takes and what it answers. Both survive structured clone and JSON. */
export interface Call<Params, Result> {
  readonly params: Params
  readonly result: Result
}

/** Parameters or result of a call that needs none. */
export type Nothing = null

/** Events that every page hears. */
export interface CommonEvents {
  /** The gateway can be reached or not; `message` says why not, as a sentence. */
  readonly connection: { readonly connected: boolean; readonly message?: string }
  /** Workspace Trust was granted. */
  readonly trust: { readonly trusted: boolean }
}

/** What every page is told of who looks at it. */
export interface Viewer {
  /** IANA name of the viewer's zone. */
  readonly viewerTimeZone: string
  /** Language tag of the user's VS Code, such as `en` or `ja`. */
  readonly locale: string
  /** Without trust nothing runs and nothing is saved. */
  readonly trusted: boolean
  /** The host's clock, RFC 3339: relative times count from it. */
  readonly now: string
}
