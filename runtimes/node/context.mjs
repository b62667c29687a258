import { response } from './answer.mjs'

/** `a=1&a=2` as `{a: ['1', '2']}`: every value is a list, so that a repeated name never changes a type. */
function parseQuery(text) {
  const query = Object.create(null)
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) (query[name] ??= []).push(value)
  return query
}

/** The request as it came. `body` is left out when it is printed or answered as JSON, as are all bytes. */
class Request {
  #body

  constructor({ method, path, query, headers }, body) {
    this.method = method
    this.path = path
    this.query = parseQuery(query)
    this.headers = headers
    this.#body = body
  }

  /** The bytes as they arrived, before anything was parsed; empty when there were none. */
  get body() {
    return this.#body
  }
}

/** The second argument of a handler. `loaded` is what the load frame said about the function. */
export function createContext(loaded, call, body, signal, cloudEvent) {
  return {
    functionName: loaded.functionName,
    revision: loaded.revision,
    invocationId: call.invocationId,
    deadline: call.deadline,
    signal,
    request: new Request(call.request, body),
    cloudEvent,
    response,
  }
}
