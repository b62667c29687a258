import { PlatformFailure } from './failure.mjs'

// The handler may replace what it finds in JSON.
const { stringify } = JSON
const plainKey = /^[A-Za-z_$][\w$]*$/

const nameOf = object => object[Symbol.toStringTag] || object.constructor?.name || 'object'
const aOrAn = word => (/^[aeiou]/i.test(word) ? `an ${word}` : `a ${word}`)

/** A Map, a RegExp, a fetch Response …: its state is not in properties, so JSON.stringify would write `{}`. */
function holdsNothing(object) {
  const prototype = Object.getPrototypeOf(object)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null || Array.isArray(object)
  return !isPlain && Object.keys(object).length === 0
}

/** Why an object, not counting what is in it, is not JSON; undefined when it is. */
function findFault(object, parents) {
  if (parents.has(object)) return 'a reference to one of its own parents'
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
    return `bytes (${nameOf(object)}); answer bytes with context.response(status, headers, body)`
  }
  if (typeof object.then === 'function') return 'a promise; await it first'
  if (Symbol.asyncIterator in object || typeof object.next === 'function') {
    return `${aOrAn(nameOf(object))}; only the answer as a whole can be a stream`
  }
  if (object instanceof Error || holdsNothing(object)) return `${aOrAn(nameOf(object))}, which has no JSON form`
  return undefined
}

const prepend = (fault, step) => fault && { what: fault.what, path: step + fault.path }

function checkParts(object, parents) {
  if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) {
      const fault = check(object[i], i, parents)
      if (fault !== undefined) return prepend(fault, `[${i}]`)
    }
    return undefined
  }
  for (const name of Object.keys(object)) {
    const fault = check(object[name], name, parents)
    if (fault !== undefined) return prepend(fault, plainKey.test(name) ? `.${name}` : `[${stringify(name)}]`)
  }
  return undefined
}

/** What in a value is not JSON, and its path below the value. The path is only built on the way back from a fault. */
function check(given, key, parents) {
  let value = given
  const mayConvert = (typeof value === 'object' && value !== null) || typeof value === 'bigint'
  // A Buffer has a JSON form as well, a list of numbers, which nobody means.
  if (mayConvert && typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) value = value.toJSON(String(key))
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { what: String(value), path: '' }
    case 'object':
      break
    default:
      return { what: `a ${typeof value}`, path: '' }
  }
  if (value === null) return undefined
  const what = findFault(value, parents)
  if (what !== undefined) return { what, path: '' }
  parents.add(value)
  const fault = checkParts(value, parents)
  parents.delete(value)
  return fault
}

/**
 * JSON text of a value. Stricter than JSON.stringify, which turns NaN, maps, promises and bytes into something else
 * without a word: these fail as RESULT_INVALID with their path. `undefined` is null, or absent inside an object.
 */
export function toJson(value) {
  let fault
  try {
    fault = check(value, '', new Set())
    if (fault === undefined) return stringify(value) ?? 'null'
  } catch (error) {
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error
    fault = { what: 'nested too deeply', path: '' }
  }
  throw new PlatformFailure('RESULT_INVALID', `the result is not JSON: $${fault.path} is ${fault.what}`)
}
