import type { HksError } from '../contract/errors.ts'

/** What is wrong at the place that an error names, for who shows the place itself. */
export function faultWords({ message, details = {} }: HksError): string {
  const { type, message: words } = details
  if (typeof words !== 'string') return message
  // A parser's words need no type; an exception's own do: KeyError: 'name'.
  return typeof type === 'string' ? `${type}: ${words}` : words
}
