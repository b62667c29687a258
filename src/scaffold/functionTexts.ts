import { isScalar } from 'yaml'
import { quoted } from '../base/quoted.ts'
import type { HksError } from '../contract/errors.ts'
import type { YamlDocument } from './yamlFile.ts'

/** The fields of `function.yaml` that are text and nothing else, with an example of each. */
const texts = {
  name: 'greet',
  image: 'registry.example.com/team/shop:1',
  handler: 'main.handler',
  description: 'Greets whoever calls.',
} as const

/** Reports each field that should be text and is not: YAML takes `name: 123` for a number. */
export function refuseNoTexts(
  fields: Readonly<Record<string, unknown>>,
  yaml: YamlDocument,
  report: (fault: HksError) => void,
): void {
  const { name } = fields
  if (name == null)
    report(yaml.fault(['name'], 'is missing; it names the function.', `Add a line such as "name: ${texts.name}".`))
  else if (name === '') report(yaml.fault(['name'], 'must not be empty.', `Write one such as name: ${texts.name}.`))
  for (const [field, example] of Object.entries(texts)) {
    const value = fields[field]
    if (value != null && typeof value !== 'string') report(noText(yaml, field, value, example))
  }
}

/** The version that a file asks for; YAML takes 3.10 for the number 3.1. */
export function versionOf(value: unknown, yaml: YamlDocument, report: (fault: HksError) => void): string | undefined {
  if (typeof value === 'string') return value
  if (Number.isInteger(value)) return String(value)
  const field = 'runtimeVersion'
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  report(
    isNumber
      ? yaml.fault([field], 'must be in quotes.', quotedHint(field, writtenOf(yaml, field) ?? String(value)))
      : yaml.fault([field], `${quoted(value)} must be text.`, quotedHint(field, '3.12')),
  )
  return undefined
}

function noText(yaml: YamlDocument, field: string, value: unknown, example: string): HksError {
  const written = writtenOf(yaml, field)
  const hint = written === undefined ? `Write it as ${field}: ${example}.` : quotedHint(field, written)
  return yaml.fault([field], `${quoted(value)} must be text.`, hint)
}

const quotedHint = (field: string, text: string): string => `Write it as ${field}: ${JSON.stringify(text)}.`

/** A number or a word of YAML as the file has it, such as 007; nothing of a list, a mapping and an alias. */
function writtenOf({ document }: YamlDocument, field: string): string | undefined {
  const node: unknown = document.getIn([field], true)
  return isScalar(node) ? node.source : undefined
}
