/** The URL of a path of the API, below whatever path the server's own URL has. */
export function requestUrl(
  server: URL,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
): URL {
  const url = new URL(server)
  url.pathname = server.pathname.replace(/\/$/, '') + path
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}
