// Which files of a function do not parse: those that its code names, and those that nothing names.
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PlatformFailure } from './failure.mjs'
import { isCode, parseSource, sourceEndings } from './sourceSyntax.mjs'

const mostFiles = 100
const mostBytes = 256 * 1024
const mostWarnings = 10
// What others wrote, or what is not meant for this Node.
const foreign = /^(?:\.|node_modules$|__pycache__$)/
const lazyImport = /\b(?:import|require)\s*\(\s*(['"`])(\.[^'"`\n]*)\1/g

const isFile = path => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** The file of the function that a module names; undefined for packages, data and what is not there. */
function resolveOwn(from, specifier, dir) {
  if (!/^[.#/]|^file:/.test(specifier)) return undefined
  try {
    const near = specifier.startsWith('#') ? undefined : fileURLToPath(new URL(specifier, pathToFileURL(from)))
    const path = realpathSync(near !== undefined && isFile(near) ? near : createRequire(from).resolve(specifier))
    const isOwn =
      path.startsWith(dir + sep) &&
      !relative(dir, path)
        .split(sep)
        .some(part => foreign.test(part))
    return isOwn && sourceEndings.has(extname(path)) ? path : undefined
  } catch {
    return undefined
  }
}

/** Files that the code of a file imports when it runs, named by a literal. */
function lazyImports(source, path, dir) {
  return [...source.text.matchAll(lazyImport)].flatMap(found => {
    const named = resolveOwn(path, found[2], dir)
    return named !== undefined && isCode(source, path, found.index) ? [named] : []
  })
}

/** The fault of the first file that does not parse, of the entry and all that the code reached from it names. */
function findFault(entry, dir) {
  const reached = new Set([realpathSync(entry)])
  for (const path of reached) {
    const source = parseSource(path, dir)
    if (source.fault !== undefined) return source.fault
    for (const specifier of source.specifiers) {
      const named = resolveOwn(path, specifier, dir)
      if (named !== undefined) reached.add(named)
    }
    for (const named of lazyImports(source, path, dir)) reached.add(named)
  }
  return undefined
}

/** The function's own source files, nearest to its folder first. */
function* listSources(dir) {
  const folders = [dir]
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (foreign.test(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && sourceEndings.has(extname(path)) && statSync(path).size <= mostBytes) yield path
    }
  }
}

const refuse = ({ path, message, line, column }, dir) =>
  new PlatformFailure('SOURCE_INVALID', message, {
    type: 'SyntaxError',
    file: relative(dir, path),
    ...(line === undefined ? {} : { line, column }),
  })

/**
 * For an error with which an import failed: that a file of the function does not parse, or undefined when it was thrown
 * by code that ran, as by JSON.parse. Node has one type for both.
 */
export function findRefusal(error, entry, dir) {
  if (!(error instanceof SyntaxError)) return undefined
  const fault = findFault(entry, dir)
  return fault && refuse(fault, dir)
}

/**
 * Looks at files that loading `entry` need not have read. Throws SOURCE_INVALID for one that does not parse though the
 * code names it; returns sentences about those that nothing names.
 */
export function checkSources(entry, dir) {
  const faults = []
  let count = 0
  for (const path of listSources(dir)) {
    if (path === entry) continue
    if ((count += 1) > mostFiles || faults.length === mostWarnings) break
    const { fault } = parseSource(path, dir)
    if (fault !== undefined) faults.push(fault)
  }
  const named = faults.length === 0 ? undefined : findFault(entry, dir)
  if (named !== undefined) throw refuse(named, dir)
  return faults.map(({ path, line, message }) => {
    const place = `${relative(dir, path)}${line === undefined ? '' : `, line ${line}`}`
    return `warning: ${place}: ${message}. The function is deployed, as nothing imports this file.`
  })
}
