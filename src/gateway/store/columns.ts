/** A type whose optional fields are those of T that a row keeps as null. */
type WithoutNulls<T> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>
}

/** Leaves out the fields that are null: a column's null is an absent field. */
export const present = <T extends object>(fields: T): WithoutNulls<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as WithoutNulls<T>

/** Reads a JSON column. What the store wrote needs no second validation. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T
