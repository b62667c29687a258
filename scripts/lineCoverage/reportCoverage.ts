import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Report } from 'c8'
import { transform } from 'esbuild'

/** How much of our source the tests ran. */
export interface CoverageReport {
  /** Percent of lines. */
  readonly lines: number
  /** The files with most lines that no test ran, worst first, ready to print. */
  readonly worst: readonly string[]
}

/** Which folders of our source count. */
export interface Measured {
  /** All of `src` where it is absent. */
  readonly within?: string
  /** Folders that other runs measure. */
  readonly without?: readonly string[]
}

type Summary = Readonly<
  Record<string, { readonly lines: { readonly total: number; readonly covered: number; readonly pct: number } }>
>

/**
 * Reports the collected coverage into a folder (`index.html`, `lcov.info`, `coverage-summary.json`), files that no test
 * loaded included.
 */
export async function reportCoverage(
  root: string,
  merged: string,
  folder: string,
  { within = 'src', without = [] }: Measured,
): Promise<CoverageReport> {
  await new Report({
    exclude: [...without.map(f => `${f}/**`), ...(await filesWithoutCode(root))],
    include: [`${within}/**`],
    extension: ['.ts'],
    excludeAfterRemap: true,
    excludeNodeModules: true,
    reporter: ['html', 'lcovonly', 'json-summary'],
    reportsDirectory: folder,
    tempDirectory: merged,
    resolve: root,
    all: true,
    src: [join(root, within)],
  }).run()
  const { total, ...files } = JSON.parse(await readFile(join(folder, 'coverage-summary.json'), 'utf8')) as Summary
  const missed = Object.entries(files).map(([file, { lines }]) => ({ file, lines, left: lines.total - lines.covered }))
  const worst = missed.filter(f => f.left > 0).sort((a, b) => b.left - a.left)
  return {
    lines: total?.lines.pct ?? 0,
    worst: worst.map(f => `${f.file.slice(root.length + 1)}: ${f.left} of ${f.lines.total} lines`),
  }
}

/** Files that hold types alone: nothing of them is left to run. */
async function filesWithoutCode(root: string): Promise<string[]> {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter(f => f.endsWith('.ts'))
  const checked = files.map(async file => {
    const source = await readFile(join(root, 'src', file), 'utf8')
    const { code } = await transform(source, { loader: 'ts', minify: true })
    return code.trim() === '' ? [`src/${file}`] : []
  })
  return (await Promise.all(checked)).flat()
}
