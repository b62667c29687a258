/** Epoch milliseconds as RFC 3339 UTC with milliseconds: how every answer carries an instant. */
export const toInstant = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** An RFC 3339 instant as epoch milliseconds; `undefined` when it is none. */
export function fromInstant(text: string): number | undefined {
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
