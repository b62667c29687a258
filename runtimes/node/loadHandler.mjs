import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlatformFailure } from './failure.mjs'

const extensions = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts']
const longestList = 12

const notFound = message => {
  throw new PlatformFailure('HANDLER_NOT_FOUND', message)
}

const list = names => (names.length > longestList ? [...names.slice(0, longestList), '…'] : names).join(', ')

/** Path of the module that `index` in `index.handler` names. Throws HANDLER_NOT_FOUND with what is there instead. */
function findModule(dir, handler, module) {
  const base = resolve(dir, module)
  if (relative(dir, base).startsWith('..')) notFound(`handler "${handler}" leaves the function's folder`)
  const found = extensions.map(extension => base + extension).find(existsSync)
  if (found !== undefined) return found
  const folder = dirname(base)
  const there = existsSync(folder)
    ? readdirSync(folder)
        .filter(name => extensions.includes(extname(name)))
        .sort()
    : []
  const tried = extensions.map(extension => basename(base) + extension).join(', ')
  const instead = there.length === 0 ? 'no module at all' : list(there.map(name => join(dirname(module), name)))
  return notFound(`handler "${handler}" needs one of ${tried}; the source has ${instead}`)
}

function pickExport(namespace, handler, name, file) {
  if (typeof namespace[name] === 'function') return namespace[name]
  const { default: main } = namespace
  if (typeof main === 'function' && namespace[name] === undefined) return main
  if (typeof main?.[name] === 'function') return main[name].bind(main)
  const wrong = namespace[name] ?? main?.[name]
  if (wrong !== undefined) notFound(`handler "${handler}": ${name} in ${file} is a ${typeof wrong}, not a function`)
  const functions = Object.keys(namespace).filter(key => typeof namespace[key] === 'function')
  const instead = functions.length === 0 ? 'no function' : list(functions)
  return notFound(`handler "${handler}": ${file} does not export ${name}; it exports ${instead}`)
}

/** Splits `module.function`. Throws HANDLER_NOT_FOUND. */
function parseHandler(handler) {
  const dot = handler.lastIndexOf('.')
  const [module, name] = [handler.slice(0, Math.max(dot, 0)), handler.slice(dot + 1)]
  if (module === '' || name === '')
    notFound(`handler "${handler}" must have the form module.function, such as index.handler`)
  return { module, name }
}

/**
 * Where the handler lives: `{file, name, handler, dir}`. Nothing is run yet.
 * Throws HANDLER_NOT_FOUND when the name is not of the form `module.function` or there is no such module.
 */
export function findHandler(dir, handler) {
  const { module, name } = parseHandler(handler)
  return { dir, handler, name, file: findModule(dir, handler, module) }
}

/** Imports the module and returns the function. Throws HANDLER_NOT_FOUND, or whatever the module threw. */
export async function importHandler({ dir, handler, name, file }) {
  return pickExport(await import(pathToFileURL(file).href), handler, name, relative(dir, file))
}
