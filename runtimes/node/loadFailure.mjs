// Where in the source a load failed.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const isFile = path => existsSync(path) && statSync(path).isFile()

const toPath = place => (place.startsWith('file://') ? fileURLToPath(place) : place)

/** The place in front of a SyntaxError that Node printed: `path:3`, the line of code, and a caret under it. */
function readArrow(text) {
  const found = /^((?:file:\/\/)?\/.*):(\d+)\n/m.exec(text)
  if (found === null) return undefined
  const caret = /^( *)\^/m.exec(text.slice(found.index))
  return { path: toPath(found[1]), line: Number(found[2]), ...(caret === null ? {} : { column: caret[1].length + 1 }) }
}

/** The first frame of a stack that lies in the function's folder. */
function readFrame(stack, dir) {
  for (const line of stack.split('\n')) {
    const found = /^\s+at .*?\(?((?:file:\/\/)?\/[^()]*):(\d+):(\d+)\)?$/.exec(line)
    if (found === null) continue
    const path = toPath(found[1])
    if (path.startsWith(`${dir}/`)) return { path, line: Number(found[2]), column: Number(found[3]) }
  }
  return undefined
}

/** The import statement of a module that was not found. */
function readImporter(message) {
  const found = /^Cannot find (?:module|package) '(.*)' imported from (.*)$/m.exec(message)
  if (found === null || !isFile(toPath(found[2]))) return undefined
  const path = toPath(found[2])
  const wanted = found[1].split('/').at(-1)
  const lines = readFileSync(path, 'utf8').split('\n')
  const at = lines.findIndex(line =>
    new RegExp(`['"\`](?:[^'"\`]*/)?${wanted.replace(/\W/g, '\\$&')}(?:/[^'"\`]*)?['"\`]`).test(line),
  )
  return at < 0 ? { path } : { path, line: at + 1, column: lines[at].search(/['"`]/) + 1 }
}

/** `{file, line, column}` of what failed, the file relative to `dir`, as far as they can be told. Counted from one. */
export function locateFailure(error, dir) {
  if (!(error instanceof Error)) return {}
  const stack = String(error.stack)
  const place =
    (/^(?:file:\/\/)?\//.test(stack) ? readArrow(stack) : undefined) ??
    readImporter(String(error.message)) ??
    readFrame(stack, dir)
  if (place === undefined || !place.path.startsWith(`${dir}/`)) return {}
  return {
    file: relative(dir, place.path),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.column === undefined ? {} : { column: place.column }),
  }
}
