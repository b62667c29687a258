import { HksError } from '../../contract/errors.ts'
import { localConnection } from '../../contract/localConnection.ts'
import { longestNamespace, namePatterns } from '../../contract/names.ts'
import type { FieldProblem } from '../ui/formNotices.ts'
import { t } from '../ui/text.ts'
import { listed, type SettingsField, type SettingsForm } from './modelSettings.ts'

/** Something that keeps the settings from being saved. */
export type Problem = FieldProblem<SettingsField>

/** The labels of the fields, also for the list of what is to be mended. */
export const labels = (): Readonly<Record<SettingsField, string>> => ({
  name: t('Name'),
  readOnly: t('Read-only'),
  namespaces: t('Open more namespaces'),
  registry: t('Registry'),
  insecureRegistries: t('Registries without TLS'),
  registryCa: t('Certificates of the registry'),
  platform: t('Platform'),
  node: t('Image for Node'),
  python: t('Image for Python'),
  go: t('Image for Go'),
  ingress: t('Address of the ingress'),
})

const patterns = {
  namespace: new RegExp(namePatterns.resource),
  registry: new RegExp(namePatterns.registry),
  registryHost: new RegExp(namePatterns.registryHost),
  absolutePath: new RegExp(namePatterns.absolutePath),
  origin: new RegExp(namePatterns.origin),
}

const checks: Readonly<Record<SettingsField, (form: SettingsForm, taken: readonly string[]) => string | undefined>> = {
  name: ({ name }, taken) => nameProblem(name.trim(), taken),
  readOnly: () => undefined,
  namespaces: ({ namespaces }) => namespaceProblem(listed(namespaces)),
  registry: ({ registry }) =>
    orEmpty(registry, patterns.registry)
      ? undefined
      : t('Write host, port and folders, such as registry.example.com/team: no https:// and no tag.'),
  insecureRegistries: ({ insecureRegistries }) => hostProblem(listed(insecureRegistries)),
  registryCa: ({ registryCa }) =>
    orEmpty(registryCa, patterns.absolutePath) ? undefined : t('Write the whole path of the file, from the root on.'),
  platform: () => undefined,
  node: ({ node }) => imageProblem(node),
  python: ({ python }) => imageProblem(python),
  go: ({ go }) => imageProblem(go),
  ingress: ({ ingress }) =>
    orEmpty(ingress, patterns.origin) && (ingress.trim() === '' || URL.canParse(ingress.trim()))
      ? undefined
      : t('Write an address without a path, such as http://10.0.0.5:8080.'),
}

/** Everything that keeps the settings from being saved, from top to bottom; `taken` are the names of other connections. */
export function problemsOf(form: SettingsForm, taken: readonly string[]): Problem[] {
  const names = labels()
  const fields = Object.keys(names) as SettingsField[]
  return fields.flatMap(field => {
    const message = checks[field](form, taken)
    return message === undefined ? [] : [{ field, label: names[field], message }]
  })
}

/** The field at which an error of the gateway is shown; undefined when it names none of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof HksError)) return undefined
  const named = error.details?.['field']
  if (typeof named !== 'string') return undefined
  const [first = '', second = ''] = named.replace(/^body[./]/, '').split(/[./[\]]+/)
  const name = first === 'runtimeImages' ? second || 'node' : first
  const names = labels()
  if (!Object.hasOwn(names, name)) return undefined
  const field = name as SettingsField
  return { field, label: names[field], message: [error.message, error.hint].filter(Boolean).join(' ') }
}

function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return t('A cluster needs a name.')
  if (name === localConnection) return t('"{0}" is the name of this machine.', name)
  return taken.includes(name) ? t('{0} is the name of another connection.', name) : undefined
}

function namespaceProblem(names: readonly string[]): string | undefined {
  const wrong = names.find(name => name.length > longestNamespace || !patterns.namespace.test(name))
  return wrong === undefined
    ? undefined
    : t(
        '{0} is no namespace: lower-case letters, digits and "-", at most {1} characters; begin and end with a letter or digit.',
        wrong,
        longestNamespace,
      )
}

function hostProblem(hosts: readonly string[]): string | undefined {
  const wrong = hosts.find(host => !patterns.registryHost.test(host))
  return wrong === undefined
    ? undefined
    : t('{0} is no host: write it with its port and nothing else, such as 10.0.0.5:5000.', wrong)
}

const imageProblem = (image: string): string | undefined =>
  /\s/.test(image.trim()) ? t('An image has no spaces in its name.') : undefined

const orEmpty = (text: string, pattern: RegExp): boolean => text.trim() === '' || pattern.test(text.trim())
