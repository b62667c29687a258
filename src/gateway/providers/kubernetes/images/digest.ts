import { createHash } from 'node:crypto'

/** A blob as a manifest names it. */
export interface Descriptor {
  readonly mediaType: string
  /** `sha256:…`. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

const form = /^sha256:[\da-f]{64}$/

/** The digest of bytes, `sha256:…`. */
export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Whether a value from outside is a digest that can be verified. */
export const isDigest = (value: unknown): value is string => typeof value === 'string' && form.test(value)

/** Something else than its digest promises. */
export class DigestMismatch extends Error {
  override readonly name = 'DigestMismatch'
  readonly expected: string
  readonly actual: string

  constructor(expected: string, actual: string) {
    super(`${expected} was asked for, ${actual} came`)
    this.expected = expected
    this.actual = actual
  }
}
