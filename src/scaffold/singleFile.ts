import { basename, extname } from 'node:path'
import type { Runtime } from '../contract/functions.ts'
import { HksError } from '../contract/errors.ts'
import type { FunctionSettings } from './functionYaml.ts'
import { moduleOf } from './packSource.ts'

const runtimeOf: Readonly<Record<string, Runtime>> = {
  '.py': 'python',
  '.mjs': 'node',
  '.js': 'node',
  '.cjs': 'node',
  '.go': 'go',
}

/** Whether a file can be deployed by itself. */
export const isSingleFileSource = (file: string): boolean => extname(file) in runtimeOf

/** How a single source file is deployed: runtime by its extension, name and module by its name. */
export function singleFileSettings(file: string): FunctionSettings {
  const runtime = runtimeOf[extname(file)]
  if (runtime === undefined)
    throw new HksError('INVALID_SOURCE', `${basename(file)} is neither Python nor JavaScript nor Go.`, {
      details: { file },
      hint: `Deploy a file that ends in ${Object.keys(runtimeOf).join(', ')}, or a folder with a function.yaml.`,
    })
  return { name: resourceNameFrom(moduleOf(file)), runtime, handler: handlerOf(file, runtime) }
}

/** Turns any text into a name that Kubernetes accepts (DNS-1123 label, 52 characters). */
export function resourceNameFrom(text: string): string {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 52)
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'function' : name
}

function handlerOf(file: string, runtime: Runtime): string {
  if (runtime === 'go') return 'Handle'
  const module = moduleOf(file)
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(module)) return `${module}.handler`
  return runtime === 'python' ? 'main.handler' : 'index.handler'
}
