// Whether a file of the function parses, asked of Node's own parsers: nothing of it runs.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, extname, join } from 'node:path'
import vm from 'node:vm'

const formats = {
  '.mjs': ['module'],
  '.mts': ['module'],
  '.cjs': ['commonjs'],
  '.cts': ['commonjs'],
  '.js': undefined,
  '.ts': undefined,
}
const typed = new Set(['.ts', '.mts', '.cts'])
const wrapper = ['exports', 'require', 'module', '__filename', '__dirname']

/** Endings of the files that Node runs as a module. */
export const sourceEndings = new Set(Object.keys(formats))

/** Each parser returns the specifiers that the text imports statically. Throws SyntaxError. */
const parsers = {
  commonjs(text, filename) {
    vm.compileFunction(text, wrapper, { filename })
    return []
  },
  module(text, identifier) {
    const module = new vm.SourceTextModule(text, { identifier })
    return module.moduleRequests?.map(request => request.specifier) ?? module.dependencySpecifiers
  },
}

/** How Node may take the file: by its ending, the `type` of the nearest package.json, else as what it parses as. */
function formatsOf(path, dir) {
  const fixed = formats[extname(path)]
  if (fixed !== undefined) return fixed
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) return readType(manifest)
    if (folder === dir || folder === dirname(folder)) return ['commonjs', 'module']
  }
}

function readType(manifest) {
  try {
    const { type } = JSON.parse(readFileSync(manifest, 'utf8'))
    return type === 'module' || type === 'commonjs' ? [type] : ['commonjs', 'module']
  } catch {
    return ['commonjs', 'module']
  }
}

/**
 * What a file of the function is: `{text, format, specifiers}`, or `{fault: {path, message, line, column}}` when it does
 * not parse. `text` has no types any more; places in it are those of the file.
 */
export function parseSource(path, dir) {
  let text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  try {
    if (typed.has(extname(path))) text = stripTypeScriptTypes(text)
  } catch (error) {
    return { fault: { path, message: error.message, ...readPlace(error.stack) } }
  }
  const faults = []
  for (const format of formatsOf(path, dir)) {
    try {
      return { text, format, specifiers: parsers[format](text, path) }
    } catch (error) {
      // A text too deep for the parser, for one: it is for Node to say when it runs it.
      if (!(error instanceof SyntaxError)) return { text, format, specifiers: [] }
      faults.push({ path, message: error.message, ...placeOf(error, format, text) })
    }
  }
  // Of two readings the one that came further is the one that was meant.
  return { fault: faults.reduce((best, next) => (isFurther(next, best) ? next : best)) }
}

const isFurther = (a, b) => a.line > b.line || (a.line === b.line && a.column >= b.column)

/** V8 keeps the place of a syntax error in an ES module to itself, so another Node is asked to print it. */
function placeOf(error, format, text) {
  if (format === 'commonjs') return readPlace(error.stack)
  const args = ['--check', '--input-type=module', '-']
  const { stderr } = spawnSync(process.execPath, args, {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  return readPlace(stderr ?? '')
}

/** The place in front of a SyntaxError that Node printed: `path:3`, the line of code, and a caret under it. */
function readPlace(printed) {
  const line = /^[^\n]*:(\d+)\n/.exec(printed)
  // At the end of the text there is no character to point at.
  const caret = /^( *)(?:\^|\n\n)/m.exec(printed)
  return line === null || caret === null ? {} : { line: Number(line[1]), column: caret[1].length + 1 }
}

/** Whether what begins at `index` of a parsed text is code, not part of a comment, a string or a regular expression. */
export function isCode({ text, format }, path, index) {
  try {
    parsers[format](`${text.slice(0, index)}= =${text.slice(index)}`, path)
    return false
  } catch {
    return true
  }
}
