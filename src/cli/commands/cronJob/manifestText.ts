import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HksError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import { readAll } from '../../readAll.ts'

/** What was read of a file; `-` is standard input. */
export interface ManifestText {
  readonly file: string
  readonly text: string
}

/** The texts of manifest files, all before anything is done with one of them. @throws HksError NOT_FOUND */
export async function readManifestTexts(context: Context, files: readonly string[]): Promise<readonly ManifestText[]> {
  const texts: ManifestText[] = []
  for (const file of files) texts.push({ file, text: await readText(context, file) })
  return texts
}

async function readText({ cwd, stdin, signal }: Context, file: string): Promise<string> {
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

/** Of files in which there is none. */
export const noCronJob = (texts: readonly ManifestText[]): HksError =>
  new HksError('INVALID_REQUEST', `--file: no CronJob is in ${texts.map(({ file }) => file).join(', ')}.`)
