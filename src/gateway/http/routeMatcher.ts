import { type Route, routes } from '../../contract/routes.ts'

/** The pattern of a route's path; a trailing slash is accepted. */
export const pathPattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`)

/** Answers which methods a URL takes, for a 405 with its `Allow`; none for an unknown path. */
export function createRouteMatcher(): (url: string) => readonly string[] {
  const table = Object.values<Route>(routes).flatMap(route =>
    [route.path, ...(route.aliases ?? [])].map(path => ({ pattern: pathPattern(path), method: route.method })),
  )
  return url => {
    const path = url.split('?', 1)[0] ?? ''
    return [...new Set(table.filter(entry => entry.pattern.test(path)).map(entry => entry.method))]
  }
}
