/** An object as the API server has it: plain JSON, instants as text, unknown fields kept. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** Names objects of one kind. */
export interface ListRef {
  readonly apiVersion: string
  readonly kind: string
  /** Absent for kinds that belong to no namespace, and for objects of all of them. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** Names one object. */
export interface ObjectRef extends Pick<ListRef, 'apiVersion' | 'kind' | 'namespace'> {
  readonly name: string
}

/** The query of a list or watch. */
export function selectors({ labelSelector = '', fieldSelector = '' }: ListRef): URLSearchParams {
  return new URLSearchParams({ labelSelector, fieldSelector })
}
