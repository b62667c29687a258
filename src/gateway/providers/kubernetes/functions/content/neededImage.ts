import { gzipSync } from 'node:zlib'
import { readTar } from '../../../../../base/readTar.ts'
import type { Runtime } from '../../../../../contract/functions.ts'
import type { Source } from '../../../../domain/function.ts'
import { mostBytes } from '../objects/functionConfigMaps.ts'

/** The source was read within the bounds of every source. */
const noLimits = { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER }

/**
 * Why a function can not run in the stock image of its language with its source in a ConfigMap, as the beginning of a
 * sentence; `undefined` when it can.
 */
export function whyImageIsNeeded({ runtime }: { readonly runtime: Runtime }, { tar }: Source): string | undefined {
  if (runtime === 'go') return 'A function in Go'
  const files = readTar(tar, noLimits)
  const textOf = (path: string) => {
    const file = files.find(each => each.path === path)
    return file && new TextDecoder().decode(file.data)
  }
  if (runtime === 'python' && declaresRequirements(textOf('requirements.txt') ?? '')) {
    return 'A function with a requirements.txt'
  }
  const isBundled = files.some(({ path }) => path.startsWith('node_modules/'))
  if (runtime === 'node' && !isBundled && declaresPackages(textOf('package.json'))) {
    return 'A function with dependencies in its package.json'
  }
  const bytes = gzipSync(tar, { level: 9 }).length
  if (bytes <= mostBytes) return undefined
  return `A source of ${bytes.toLocaleString('en')} bytes (packed; a ConfigMap holds at most ${mostBytes.toLocaleString('en')})`
}

const declaresRequirements = (text: string): boolean => /^[ \t]*[^\s#]/m.test(text)

function declaresPackages(text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    const { dependencies } = JSON.parse(text) as { dependencies?: object }
    return Object.keys(dependencies ?? {}).length > 0
  } catch {
    // Node says what is wrong with it when it loads the function.
    return false
  }
}
