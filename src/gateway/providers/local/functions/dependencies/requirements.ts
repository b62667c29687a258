import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { HksError } from '../../../../../contract/errors.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import { folderDigest } from '../folderDigest.ts'
import { programFolder } from '../goSource.ts'
import type { Declared } from './installer.ts'

/** What a source in Python declares its packages in. */
export const requirementsFile = 'requirements.txt'

/** The lines of a file and of those that it includes. */
interface Requirements {
  readonly text: string
  /** The first line that is more than a name, versions and indexes: a folder, an address, what is to be built. */
  readonly otherThanPlain: string | undefined
  readonly isEmpty: boolean
}

const including = /^(?:-r|-c|--requirement|--constraint)[\s=]+(.+)$/
/** `name[extra]>=1; python_version > "3"`, with or without digests. */
const plainName = /^[A-Za-z\d][\w.-]*\s*(?:\[[\w\s,.-]*\])?\s*(?:\(?[<>=!~][^@/]*)?(?:;[^@/]*)?$/
const plainOption =
  /^(?:-i|--index-url|--extra-index-url|--trusted-host|--require-hashes|--pre|--prefer-binary|--only-binary)\b/

/**
 * What a source in Python declares: nothing without a line in its requirements.txt.
 * @throws HksError INVALID_SOURCE
 */
export async function readRequirements(folder: string): Promise<Declared | undefined> {
  const { text, otherThanPlain: line, isEmpty } = await readAll(folder, requirementsFile, [])
  if (isEmpty) return undefined
  if ((await readdir(folder)).includes(programFolder)) {
    throw new HksError('INVALID_SOURCE', `source: The name ${programFolder} is for the packages.`, {
      details: { field: 'source', entry: programFolder },
      hint: 'Rename it, or name it in .hksignore.',
    })
  }
  // What is not plain may stand for files of the source.
  if (line === undefined) return { identity: [text] }
  return { identity: [text, await folderDigest(folder)], runsPrograms: `${requirementsFile} says "${line}"` }
}

async function readAll(folder: string, file: string, from: readonly string[]): Promise<Requirements> {
  const found = await ifThere(readFile(join(folder, file), 'utf8'))
  // What is not there is told by the tool, but for the first.
  if (found === undefined || from.includes(file)) return { text: '', otherThanPlain: undefined, isEmpty: true }
  const lines = linesOf(found)
  const included = lines.flatMap(line => including.exec(line)?.[1] ?? [])
  const others = await Promise.all(
    included.map(name => readAll(folder, normalize(join(dirname(file), name)), [...from, file])),
  )
  return {
    text: [found, ...others.map(({ text }) => text)].join('\n'),
    otherThanPlain: [lines.find(line => !isPlainLine(line)), ...others.map(other => other.otherThanPlain)].find(
      line => line !== undefined,
    ),
    isEmpty: lines.every(line => including.test(line)) && others.every(({ isEmpty }) => isEmpty),
  }
}

const isPlainLine = (line: string): boolean =>
  including.test(line) || plainOption.test(line) || plainName.test(line.replace(/\s--hash=\S+/g, '').trim())

function linesOf(text: string): readonly string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(line => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter(line => line !== '')
}
