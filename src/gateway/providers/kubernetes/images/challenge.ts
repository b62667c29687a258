/** How a registry wants to know who asks: a scheme in small letters and its parameters. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

const token = `[!#$%&'*+.^_\`|~\\w-]+`
const parameter = new RegExp(`\\s*,?\\s*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y')
const scheme = new RegExp(`[\\s,]*(${token})(?=\\s|,|$)`, 'y')

/** Reads a WWW-Authenticate header (RFC 9110, section 11.6.1); what can not be read is left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  while (at < header.length) {
    scheme.lastIndex = at
    const named = scheme.exec(header)
    if (!named) break
    at = scheme.lastIndex
    const parameters: Record<string, string> = {}
    for (;;) {
      parameter.lastIndex = at
      const found = parameter.exec(header)
      if (!found) break
      at = parameter.lastIndex
      parameters[found[1]!.toLowerCase()] = found[3] ?? found[2]!.replace(/\\(.)/g, '$1')
    }
    challenges.push({ scheme: named[1]!.toLowerCase(), parameters })
  }
  return challenges
}
