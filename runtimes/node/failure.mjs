// Failures as error frames carry them: code, type, message, stack; places are relative to the function's folder.
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect, types } from 'node:util'

const longestCauseChain = 5
/** Of a message and of a stack, in UTF-16 units: with every one escaped, both fit into a frame of 1 MiB. */
const longestText = 32_768
/** Of a thrown value that is no error: what it holds, and not what that holds, which may be the headers of a request. */
const shortValue = { compact: true, breakLength: Infinity, depth: 1, maxArrayLength: 100, maxStringLength: 1000 }
const runtimeUrl = pathToFileURL(dirname(fileURLToPath(import.meta.url))).href

/** A failure that the platform itself names. `code` is one of the protocol's error codes. */
export class PlatformFailure extends Error {
  constructor(code, message, details = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** Words for the type of anything that was thrown. */
function typeOf(error) {
  if (!isError(error)) return error === null ? 'null' : typeof error
  const own = error.constructor?.name
  return error.name === 'Error' && typeof own === 'string' ? own : String(error.name)
}

/** What a value is, on one line; a text as it is. */
export const wordsOf = value => (typeof value === 'string' ? value : inspect(value, shortValue))

/** An error of another realm (`node:vm`) is one as well. */
const isError = value => value instanceof Error || types.isNativeError(value)

function cut(text) {
  if (text.length <= longestText) return text
  return `${text.slice(0, longestText)}… (${text.length - longestText} characters more)`
}

/** Drops the runtime's and Node's own frames, and the path of the function's folder from the rest. */
function cleanStack(stack, dir) {
  const lines = String(stack).split('\n')
  const kept = lines.filter(line => !/^\s+at /.test(line) || !(line.includes(runtimeUrl) || /\bnode:/.test(line)))
  return dir === undefined ? kept.join('\n') : relativePaths(kept.join('\n'), dir)
}

/** Takes the path of the function's folder out of a text. */
export function relativePaths(text, dir) {
  return text.replaceAll(`${pathToFileURL(dir).href}/`, '').replaceAll(`${dir}/`, '')
}

function stackOf(error, dir) {
  const parts = []
  let next = error
  for (let depth = 0; isError(next) && depth < longestCauseChain; depth++) {
    parts.push(cleanStack(next.stack ?? `${next.name}: ${next.message}`, dir))
    next = next.cause
  }
  return parts.join('\nCaused by: ')
}

/** The fields of an error frame for anything that was thrown. `dir` is the function's real folder. */
export function describeFailure(error, code, dir) {
  try {
    if (error instanceof PlatformFailure) {
      const type = error.code.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())
      return { code: error.code, type, message: error.message, stack: '', ...error.details }
    }
    const message = isError(error) ? String(error.message) : wordsOf(error)
    return {
      code,
      type: cut(typeOf(error)),
      message: cut(dir === undefined ? message : relativePaths(message, dir)),
      stack: cut(stackOf(error, dir)),
    }
  } catch {
    // A thrown object may have hostile getters; the failure must be reported all the same.
    return { code, type: 'unknown', message: 'the thrown value can not be read', stack: '' }
  }
}
