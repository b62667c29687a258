import { HksError } from '../../../../contract/errors.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import type { GoOutput } from './goTool.ts'

/** One thing that is wrong in a source, at its place. Line and column count from one. */
export interface SourceError {
  readonly file: string
  readonly line: number
  readonly column?: number
  readonly message: string
}

/** Folder of the generated program beside the user's files. */
export const mainFolder = '_hks'

const place = /^(?:\.\/)?([^\s:]+\.go|go\.mod|go\.sum):(\d+)(?::(\d+))?: (.*)$/
/** Lines that an answer carries. */
const mostLines = 20

/** The errors that the go command named, in its order; a message goes on over indented lines. */
export function parseGoErrors(output: string): readonly SourceError[] {
  const errors: SourceError[] = []
  for (const line of output.split('\n')) {
    const found = place.exec(line)
    const last = errors.at(-1)
    if (found) {
      const [, file, row, column, message] = found
      errors.push({
        file: file!,
        line: Number(row),
        ...(column === undefined ? {} : { column: Number(column) }),
        message: message!,
      })
    } else if (last && line.startsWith('\t')) {
      errors[errors.length - 1] = { ...last, message: `${last.message} ${line.trim()}` }
    }
  }
  return errors
}

/** Why a build failed. `exported` are the functions that the handler's package has. */
export function explainBuild(output: GoOutput, handler: string, exported: readonly SourceError[]): Error {
  const all = parseGoErrors(output.stderr)
  const own = all.filter(({ file }) => !file.startsWith(`${mainFolder}/`))
  if (own.length > 0) return invalidSource(own)
  const generated = all[0]?.message ?? ''
  const name = handler.slice(handler.lastIndexOf('.') + 1)
  const there = exported.find(one => one.message === name)
  if (generated.startsWith('cannot use') && there) {
    const type = /value of type (.*?)\)? as/.exec(generated)?.[1] ?? 'not a handler'
    const message = `${name} is ${type}; a handler is func(ctx *hks.Context, event any) (any, error)`
    return invalidSource([{ ...there, message }])
  }
  if (generated.startsWith('undefined:') || generated.includes('not exported')) {
    const instead = exported.length === 0 ? 'no exported function' : exported.map(one => one.message).join(', ')
    return new LoadFailure(
      'HandlerNotFound',
      `handler "${handler}": the package has no function ${name}; it has ${instead}`,
    )
  }
  const lines = (output.stderr + output.stdout).split('\n').filter(line => line.trim() !== '' && !line.startsWith('# '))
  const said = lines.findLast(line => !line.startsWith('go: downloading')) ?? 'the go command said nothing'
  return new HksError('INVALID_SOURCE', `source: The function can not be built: ${said}`, {
    details: { field: 'source', lines: lines.slice(-mostLines) },
    hint: 'Nothing was replaced. Correct it and deploy again.',
  })
}

/** A source that does not compile: the first error in the sentence, all of them in `details.errors`. */
export function invalidSource(errors: readonly SourceError[]): HksError {
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return new HksError('INVALID_SOURCE', `source: ${first!.file}, line ${first!.line}: ${first!.message}${more}`, {
    details: { field: 'source', ...first, errors },
    hint: 'Nothing was replaced. Correct the file and deploy again.',
  })
}
