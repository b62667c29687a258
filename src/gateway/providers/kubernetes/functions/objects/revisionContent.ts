import type { RuntimeProgram } from './runtimeProgram.ts'

/** What a revision's container is made of. */
export type RevisionContent =
  /** The stock image of its language, with the program that answers calls and the source in ConfigMaps. */
  | { readonly kind: 'mounted'; readonly image: string; readonly program: RuntimeProgram }
  /** An image that was built for it, with all that in it. */
  | {
      readonly kind: 'built'
      readonly image: string
      /** Path beneath the source where packages or a program were put, if any were. */
      readonly partsPlace?: string
    }
  /** An image of its user's, which answers HTTP at $PORT. */
  | { readonly kind: 'given'; readonly image: string }
