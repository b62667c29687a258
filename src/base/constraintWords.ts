/**
 * What a value must be by a keyword of JSON Schema, such as `must be at least 0`; `undefined` for keywords that are told in
 * another way. `params` are those of the error, which validators name alike.
 */
export function constraintWords(keyword: string, params: object): string | undefined {
  const { limit, type } = params as { readonly limit?: unknown; readonly type?: string | readonly string[] }
  switch (keyword) {
    case 'type':
      return `must be ${[type ?? []].flat().map(typeWords).join(' or ')}`
    case 'minimum':
      return `must be at least ${String(limit)}`
    case 'maximum':
      return `must be at most ${String(limit)}`
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`
    case 'maxLength':
      return `must have at most ${String(limit)} characters`
    case 'minItems':
      return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} entries`
    case 'maxItems':
      return `must have at most ${String(limit)} ${limit === 1 ? 'entry' : 'entries'}`
    default:
      return undefined
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
const typeWords = (type: string): string => typeNames[type] ?? type
