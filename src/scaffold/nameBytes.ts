import { isUtf8 } from 'node:buffer'
import { readdir } from 'node:fs/promises'

/** What Node puts in place of bytes that are no UTF-8; a name may also hold it in earnest. */
const unreadable = '\uFFFD'

/**
 * The name of an entry with its bytes that are no UTF-8 as `\xff`, if it has any: Node has lost them, and can not open it.
 * Nothing for a name that is UTF-8.
 */
export async function unreadableName(folder: string, name: string): Promise<string | undefined> {
  if (!name.includes(unreadable)) return undefined
  const names = await readdir(folder, { encoding: 'buffer' })
  const bytes = names.find(each => !isUtf8(each) && each.toString() === name)
  return bytes && withBytes(bytes)
}

function withBytes(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(count => at + count <= bytes.length && isUtf8(bytes.subarray(at, at + count)))
    text += length === undefined ? `\\x${bytes.toString('hex', at, at + 1)}` : bytes.toString('utf8', at, at + length)
    at += length ?? 1
  }
  return text
}
