import { readFile } from 'node:fs/promises'

/** The names of all files in a zip archive, read from its central directory (APPNOTE.TXT 4.3.12 and 4.3.16). */
export async function zipEntries(path: string): Promise<string[]> {
  const bytes = await readFile(path)
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const count = bytes.readUInt16LE(end + 10)
  const names: string[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let i = 0; i < count; i++) {
    const [name, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    names.push(bytes.toString('utf8', at + 46, at + 46 + name))
    at += 46 + name + extra + comment
  }
  return names
}
