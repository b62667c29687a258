import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HksError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import { readAll } from '../../readAll.ts'

/** The text of a manifest file, or of standard input for `-`. @throws HksError NOT_FOUND */
export async function readManifestText({ cwd, stdin, signal }: Context, file: string): Promise<string> {
  if (file === '-') return (await readAll(stdin, signal)).toString()
  return readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new HksError('NOT_FOUND', `--file: ${file} cannot be read.`, { cause })
  })
}

/** The same error with the place in the manifest. */
export const inManifest = (error: HksError, file: string, line: number): HksError =>
  new HksError(error.code, `${file}:${line}: ${error.message}`, {
    details: { ...error.details, file, line },
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
