/** Orders two versions `major.minor.patch`: negative when `a` is the older one. What follows a `-` or `+` is ignored. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const numbersOf = (version: string): number[] =>
  version
    .split(/[-+]/)[0]!
    .split('.')
    .map(part => Number.parseInt(part, 10) || 0)
