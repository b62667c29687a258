import { response } from './answer.mjs'

/** `a=1&a=2` as `{a: ['1', '2']}`: every value is a list, so that a repeated name never changes a type. */
function parseQuery(text) {
  const query = Object.create(null)
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) (query[name] ??= []).push(value)
  return query
}

/** The second argument of a handler. `loaded` is what the load frame said about the function. */
export function createContext(loaded, call, signal, cloudEvent) {
  const { method, path, query, headers } = call.request
  return {
    functionName: loaded.functionName,
    revision: loaded.revision,
    invocationId: call.invocationId,
    deadline: call.deadline,
    signal,
    request: { method, path, query: parseQuery(query), headers },
    cloudEvent,
    response,
  }
}
