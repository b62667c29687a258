import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
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
/** A name that ends so is that of a file where there is one. */
const archiveName = /^[\w.-]*\.(?:whl|zip|tar|t(?:ar\.)?(?:gz|bz2|bz|xz|lz|lzma))\b/i
/** A whole line: pip takes several options in one. `:none:` takes back that nothing is built. */
const plainOption =
  /^(?:(?:-i|--index-url|--extra-index-url|--trusted-host)[\s=]+\S+|--require-hashes|--pre|--prefer-binary|--only-binary[\s=]+(?!\S*:none:)\S+)$/
/** Where Python, and so pip, ends a line. */
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/
/** A comment by which pip reads the file in another encoding, where lines may end elsewhere. */
const otherEncoding = /^#.*coding[:=]\s*(?!utf-?8\b)[-\w.]+/i

/**
 * What a source in Python declares: nothing without a line in its requirements.txt.
 * @throws HksError INVALID_SOURCE
 */
export async function readRequirements(folder: string): Promise<Declared | undefined> {
  const { text, otherThanPlain: line, isEmpty } = await readAll(folder)
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

/** Reads a file and what it includes, each once, and nothing that is not in the source. */
async function readAll(folder: string): Promise<Requirements> {
  const files = new Set([requirementsFile])
  const texts: string[] = []
  let otherThanPlain: string | undefined
  let isEmpty = true
  // Grows while it is walked.
  for (const file of files) {
    const text = (await ifThere(readFile(join(folder, file), 'utf8'))) ?? ''
    texts.push(text)
    otherThanPlain ??= encodingOf(text)
    for (const line of linesOf(text)) {
      const included = including.exec(line)?.[1]
      const inner = included && (await includedFile(folder, file, included))
      if (inner) {
        files.add(inner)
        continue
      }
      // What the tool can not find either is told by it.
      isEmpty = false
      if (!isPlainLine(line)) otherThanPlain ??= line
    }
  }
  return { text: texts.join('\n'), otherThanPlain, isEmpty }
}

/** Path of an included file within the source; `undefined` when it is not there, or somewhere else. */
async function includedFile(folder: string, from: string, name: string): Promise<string | undefined> {
  const path = normalize(join(dirname(from), name))
  if (isAbsolute(name) || path.split(sep)[0] === '..') return undefined
  return (await ifThere(stat(join(folder, path))))?.isFile() ? path : undefined
}

const isPlainLine = (line: string): boolean => {
  const requirement = line.replace(/\s--hash=\S+/g, '').trim()
  return plainOption.test(line) || (plainName.test(requirement) && !archiveName.test(requirement))
}

const encodingOf = (text: string): string | undefined =>
  text
    .split(lineEnd, 2)
    .find(line => otherEncoding.test(line))
    ?.trim()

function linesOf(text: string): readonly string[] {
  return (
    text
      .split(lineEnd)
      // A comment ends with its line, whatever it ends with.
      .filter(line => !/^\s*#/.test(line))
      .join('\n')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map(line => line.replace(/(?:^|\s)#.*$/, '').trim())
      .filter(line => line !== '')
  )
}
