/** Whether a version is this one or a newer one. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

/** Whether `3.12.1` is what `3`, `3.12` or `3.12.1` asks for. */
export const isOfVersion = (version: string, wanted: string): boolean =>
  version === wanted || version.startsWith(`${wanted}.`)

/** For sorting; a release before one that leads to it. */
export function newestFirst(a: { readonly version: string }, b: { readonly version: string }): number {
  const [left, right] = [a, b].map(({ version }) => version.split('.').map(part => Number.parseInt(part, 10)))
  for (const [at, part] of left!.entries()) {
    const difference = (right![at] ?? 0) - part
    if (difference !== 0) return difference
  }
  return 0
}
