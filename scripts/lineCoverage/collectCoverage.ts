import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What V8 says of one script, as Node.js writes it. */
interface ScriptCoverage {
  readonly url: string
}

interface SourceMap {
  readonly sources: readonly string[]
  readonly sourcesContent: readonly (string | null)[]
}

/**
 * Reads what every process left in the folders `raw` and writes into `merged` what concerns our own source, so that c8 can report
 * it: bundles get their source map, wherever they were installed, and everything foreign is left out.
 */
export async function collectCoverage(root: string, raw: readonly string[], merged: string): Promise<void> {
  await rm(merged, { recursive: true, force: true })
  await mkdir(merged, { recursive: true })
  const maps = new Map<string, object>()
  const cut: string[] = []
  const left = await Promise.all(raw.map(async folder => (await readdir(folder)).map(file => join(folder, file))))
  for (const [index, path] of left.flat().entries()) {
    const result = scriptsOf(await readFile(path, 'utf8'))
    if (result === undefined) {
      cut.push(path)
      continue
    }
    const ours = result.flatMap(script => {
      const path = ownPath(root, script.url)
      return path === undefined ? [] : [{ ...script, url: pathToFileURL(path).href }]
    })
    for (const { url } of ours) if (url.includes('/dist/') && !maps.has(url)) maps.set(url, await sourceMap(root, url))
    if (ours.length > 0) await writeFile(join(merged, `${index}.json`), JSON.stringify({ result: ours }))
  }
  if (cut.length > 0) console.log(`coverage: ${cut.length} processes were killed while they wrote theirs`)
  const cache = Object.fromEntries([...maps].map(([url, data]) => [url, { data }]))
  await writeFile(join(merged, 'source-maps.json'), JSON.stringify({ result: [], 'source-map-cache': cache }))
}

/** The scripts of one process; `undefined` when it was killed, as some tests do, before all was written. */
function scriptsOf(text: string): ScriptCoverage[] | undefined {
  try {
    return (JSON.parse(text) as { result: ScriptCoverage[] }).result
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The file of ours that a script is, or is an installed copy of; undefined when it is none. */
function ownPath(root: string, url: string): string | undefined {
  if (!url.startsWith('file://')) return undefined
  const path = fileURLToPath(url)
  if (path.startsWith(join(root, 'src/'))) return path
  const installed = /\/extensions\/hexabase\.hexabase-hks-[^/]+(\/dist\/.+)$/.exec(path)?.[1]
  const inside = installed ?? (path.startsWith(root) ? path.slice(root.length) : '')
  // What lies deeper in dist/ is shipped as it is, without a map.
  return /^\/dist\/(webviews\/)?[^/]+\.[cm]?js$/.test(inside) ? join(root, inside) : undefined
}

/** The map of a bundle with absolute paths, as c8 compares them with its patterns before it resolves them. */
async function sourceMap(root: string, url: string): Promise<SourceMap> {
  const file = `${fileURLToPath(url)}.map`
  const map = JSON.parse(await readFile(file, 'utf8')) as SourceMap
  const sources = map.sources.map(source => resolve(dirname(file), source))
  const own = (index: number) => sources[index]?.startsWith(join(root, 'src/'))
  return { ...map, sources, sourcesContent: map.sourcesContent.map((text, i) => (own(i) ? text : '')) }
}
