/** A value as JSON, cut after `most` characters; `nothing` where there is none. */
export function quoted(value: unknown, most = 60): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing'
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
