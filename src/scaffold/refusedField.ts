import { HksError } from '../contract/errors.ts'
import type { FunctionFolder } from './functionYaml.ts'
import type { YamlPath } from './yamlPlaces.ts'

/**
 * The gateway's refusal of a field with its place in the `function.yaml` that says it. One of a field that the file does
 * not say, or of another value than it says, is left as it is. `sent` is the deployment that was refused.
 */
export function refusedField(
  error: unknown,
  { settings, yaml }: Pick<FunctionFolder, 'settings' | 'yaml'>,
  sent: Readonly<Record<string, unknown>> = { ...settings },
): unknown {
  if (!(error instanceof HksError)) return error
  const { field, file: known } = error.details ?? {}
  if (typeof field !== 'string' || known !== undefined || !error.message.startsWith(`${field}: `)) return error
  const path = pathIn(yaml.value, field.split('.'))
  if (path.length === 0 || said(settings, path) !== said(sent, path)) return error
  const { file, line, range } = yaml.fault(path, '').details ?? {}
  return new HksError(error.code, `${String(file)}:${String(line)}: ${error.message}`, {
    details: { ...error.details, file, line, range, message: error.message },
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

/** The way to the value that a field names, or to the nearest around it; names of variables may have dots. */
function pathIn(value: unknown, keys: readonly string[]): YamlPath {
  if (value === null || typeof value !== 'object') return []
  for (let count = 1; count <= keys.length; count++) {
    const key = keys.slice(0, count).join('.')
    if (Object.hasOwn(value, key))
      return [key, ...pathIn((value as Readonly<Record<string, unknown>>)[key], keys.slice(count))]
  }
  return []
}

const said = (settings: object, path: YamlPath): string | undefined =>
  JSON.stringify(path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], settings))
