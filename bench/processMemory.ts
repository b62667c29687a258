import { readdirSync, readFileSync } from 'node:fs'

/** What a process holds of the memory, bytes; only on Linux. */
export const residentBytes = (pid: number): number => kilobytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS')

/** The same for a cell of the table, which says so where it is not known. */
export const residentMiB = (pid: number): string =>
  process.platform === 'linux' ? `${Math.round(residentBytes(pid) / 2 ** 20)} MiB RSS` : 'memory not measured'

/** The proportional shares of everything that a process started, bytes, and how many processes that are. */
export function descendantPss(pid: number): { readonly count: number; readonly bytes: number } {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = read(`/proc/${entry}/stat`)?.replace(/^.*\) . (\d+) .*$/s, '$1')
    if (parent !== undefined) parents.set(Number(entry), Number(parent))
  }
  const descends = (child: number): boolean => {
    const parent = parents.get(child)
    return parent !== undefined && (parent === pid || descends(parent))
  }
  const shares = [...parents.keys()].filter(descends).flatMap(child => {
    const rollup = read(`/proc/${child}/smaps_rollup`)
    return rollup === undefined ? [] : [kilobytes(rollup, 'Pss')]
  })
  return { count: shares.length, bytes: shares.reduce((sum, share) => sum + share, 0) }
}

/** `undefined` for a process that ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The value of a line `NAME:  NUMBER kB`, in bytes. */
const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
