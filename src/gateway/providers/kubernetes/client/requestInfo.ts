/** What a request asks of the API, in the words of access rules (Kubernetes' RequestInfo). */
export interface RequestInfo {
  readonly verb: string
  /** Plural; empty for a path that is no resource, such as `/version`. */
  readonly resource: string
  readonly subresource?: string
  /** API group; empty for the core group. */
  readonly group: string
  readonly namespace?: string
  readonly name?: string
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** Reads a method and a path such as `/apis/batch/v1/namespaces/team-a/cronjobs/backup/status`. */
export function requestInfo(method: string, path: string, watches = false): RequestInfo {
  const [root, ...rest] = path.split('?', 1)[0]!.split('/').filter(Boolean).map(decodeURIComponent)
  const group = root === 'apis' ? (rest[0] ?? '') : ''
  let parts = root === 'apis' ? rest.slice(2) : root === 'api' ? rest.slice(1) : []
  let namespace: string | undefined
  // `/namespaces/NAME` is the namespace itself; with more behind it something in it.
  if (parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2]!)) {
    namespace = parts[1]
    parts = parts.slice(2)
  }
  const [resource = '', name, subresource] = parts
  return {
    verb: verbOf(method, name, watches),
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    group,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}

function verbOf(method: string, name: string | undefined, watches: boolean): string {
  if (method === 'GET') return watches ? 'watch' : name === undefined ? 'list' : 'get'
  if (method === 'DELETE' && name === undefined) return 'deletecollection'
  return verbs[method] ?? method.toLowerCase()
}

/** A resource as kubectl writes it: `cronjobs.batch`, `pods/log`. */
export function resourceText({ resource, subresource, group }: Omit<RequestInfo, 'verb'>): string {
  return `${resource}${group && `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`
}

/** ` in the namespace "x"`, or nothing for what is in none. */
export const namespaceText = (namespace: string | undefined): string =>
  namespace === undefined ? '' : ` in the namespace "${namespace}"`
