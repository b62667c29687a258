import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createQueue } from '../../../../base/queue.ts'
import { HksError } from '../../../../contract/errors.ts'
import { writePrivately } from '../privateFile.ts'

/** The invoke-only token of each function. */
export interface FunctionTokens {
  /** The function's token; made when it has none. */
  of(functionId: string): Promise<string>
  remove(functionId: string): Promise<void>
}

const tokenBytes = 32

/** Keeps the tokens in one file of the data folder that only its owner may read. */
export function createFunctionTokens(dataFolder: string): FunctionTokens {
  const file = join(dataFolder, 'function-tokens.json')
  let loaded: Promise<Map<string, string>> | undefined
  const writes = createQueue()

  const tokens = () => {
    loaded ??= readTokens(file)
    // A file that can't be read now may be readable later.
    loaded.catch(() => {
      loaded = undefined
    })
    return loaded
  }
  const save = (all: ReadonlyMap<string, string>) =>
    writes.add(() => writePrivately(file, JSON.stringify(Object.fromEntries(all))))
  return {
    of: async functionId => {
      const all = await tokens()
      const known = all.get(functionId)
      if (known !== undefined) return known
      const token = randomBytes(tokenBytes).toString('base64url')
      all.set(functionId, token)
      await save(all)
      return token
    },
    remove: async functionId => {
      const all = await tokens()
      if (all.delete(functionId)) await save(all)
    },
  }
}

async function readTokens(file: string): Promise<Map<string, string>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, string>))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    // The parser quotes what it could not read, so its error is not kept as a cause.
    throw new HksError('STORE_CORRUPT', `${file} can not be read (${(cause as Error).name}).`, {
      hint: 'Move it away; every function then gets a new token.',
    })
  }
}
