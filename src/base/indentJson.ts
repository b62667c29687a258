/**
 * Indents a JSON text and changes nothing else: numbers keep all their digits, names their order, and a name that is there
 * twice stays. The text must be valid.
 */
export function indentJson(text: string): string {
  const parts: string[] = []
  let depth = 0
  const newLine = (): string => `\n${'  '.repeat(depth)}`
  for (const [token] of text.matchAll(tokens)) {
    const last = token.at(-1)!
    if (token.length > 1 && (last === '}' || last === ']')) parts.push(token[0]! + last)
    else if (token === '{' || token === '[') {
      depth++
      parts.push(token, newLine())
    } else if (token === '}' || token === ']') {
      depth--
      parts.push(newLine(), token)
    } else if (token === ',') parts.push(token, newLine())
    else parts.push(token === ':' ? ': ' : token)
  }
  return parts.join('')
}

// Empty objects and lists, strings, marks, and what stands between them (numbers, true, false, null).
const tokens = /\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g
