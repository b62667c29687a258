import { open } from 'node:fs/promises'
import { largestYaml, tooLarge } from './yamlFile.ts'

/** Reads the text of a YAML file, but no more than one can have. @throws HksError INVALID_REQUEST; the system's error */
export async function readYaml(file: string): Promise<string> {
  await using handle = await open(file)
  const most = Buffer.alloc(largestYaml + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(most, length, most.length - length)
    if (bytesRead === 0) return most.toString('utf8', 0, length)
    length += bytesRead
    if (length > largestYaml) throw tooLarge(file)
  }
}
