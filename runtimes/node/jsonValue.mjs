import { PlatformFailure } from './failure.mjs'

const plainKey = /^[A-Za-z_$][\w$]*$/

const refused = (path, what) => {
  throw new PlatformFailure('RESULT_INVALID', `the result is not JSON: ${path} is ${what}`)
}

const nameOf = object => object.constructor?.name || 'object'

/** A Map, a RegExp, a fetch Response …: its state is not in properties, so JSON.stringify would write `{}`. */
function holdsNothing(object) {
  const prototype = Object.getPrototypeOf(object)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null || Array.isArray(object)
  return !isPlain && Object.keys(object).length === 0
}

/** What JSON.stringify would look at: Dates and the like say it themselves. A Buffer would too, as a list of numbers. */
function convert(value, key) {
  if (value === null || typeof value !== 'object' || typeof value.toJSON !== 'function') return value
  return value instanceof Uint8Array ? value : value.toJSON(key)
}

function check(given, key, path, open) {
  const value = convert(given, key)
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return
    case 'number':
      if (!Number.isFinite(value)) refused(path, String(value))
      return
    case 'object':
      break
    default:
      refused(path, `a ${typeof value}`)
  }
  if (value === null) return
  if (open.has(value)) refused(path, 'a reference to one of its own parents')
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    refused(path, `bytes (${nameOf(value)}); answer bytes with context.response(status, headers, body)`)
  }
  if (typeof value.then === 'function') refused(path, 'a promise; await it first')
  if (Symbol.asyncIterator in value || typeof value.next === 'function') {
    refused(path, `a ${nameOf(value)}; only a complete value can be answered`)
  }
  if (value instanceof Error || holdsNothing(value)) refused(path, `a ${nameOf(value)}, which has no JSON form`)
  open.add(value)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i], String(i), `${path}[${i}]`, open)
  } else {
    for (const name of Object.keys(value)) {
      check(value[name], name, plainKey.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`, open)
    }
  }
  open.delete(value)
}

/**
 * JSON text of a value. Stricter than JSON.stringify, which turns NaN, maps, promises and bytes into something else
 * without a word: these fail as RESULT_INVALID with their path. `undefined` is null, or absent inside an object.
 */
export function toJson(value) {
  try {
    check(value, '', '$', new Set())
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    if (error instanceof RangeError) refused('$', 'nested too deeply')
    throw error
  }
}
