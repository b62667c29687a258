import type { Connection, ConnectionUpdate, ImagePlatform } from '../../contract/connections.ts'
import type { ConnectionSettingsSave } from '../../contract/connectionSettings.ts'
import type { Runtime } from '../../contract/functions.ts'

/** Everything the user can change, as it stands in the fields. Plain data: it is kept across reloads. */
export interface SettingsForm {
  readonly name: string
  readonly readOnly: boolean
  /** Namespaces to open, separated by commas or spaces. */
  readonly namespaces: string
  readonly node: string
  readonly python: string
  readonly go: string
  readonly registry: string
  /** Separated by commas or spaces. */
  readonly insecureRegistries: string
  readonly registryCa: string
  /** Empty: that of the nodes. */
  readonly platform: ImagePlatform | ''
  readonly ingress: string
}

/** A field of {@link SettingsForm}. */
export type SettingsField = keyof SettingsForm

const runtimes: readonly Runtime[] = ['node', 'python', 'go']

/** The form of a connection; it asks for no namespace. */
export function formOf(connection: Connection): SettingsForm {
  const { name, readOnly, runtimeImages = {}, insecureRegistries = [] } = connection
  const { registry = '', registryCa = '', platform = '', ingress = '' } = connection
  const { node = '', python = '', go = '' } = runtimeImages
  const insecure = insecureRegistries.join(' ')
  return {
    ...{ name, readOnly, namespaces: '', node, python, go },
    ...{ registry, insecureRegistries: insecure, registryCa, platform, ingress },
  }
}

/** The names in a field that takes several. */
export const listed = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(part => part !== ''))]

/** The settings in which a form differs from the one it started as; what was emptied becomes null. */
export function changeOf(from: SettingsForm, to: SettingsForm): ConnectionUpdate {
  const clean = (form: SettingsForm): Record<SettingsField, string> =>
    Object.fromEntries(Object.entries(form).map(([field, value]) => [field, String(value).trim()])) as never
  const [was, is] = [clean(from), clean(to)]
  const orNull = <T extends string>(value: T) => (value === '' ? null : (value as Exclude<T, ''>))
  const images = runtimes.flatMap(runtime => (is[runtime] === '' ? [] : [[runtime, is[runtime]] as const]))
  const insecure = listed(is.insecureRegistries)
  const isOther = (...fields: SettingsField[]): boolean => fields.some(field => was[field] !== is[field])
  return {
    ...(isOther('name') ? { name: is.name } : {}),
    ...(isOther('readOnly') ? { readOnly: to.readOnly } : {}),
    ...(isOther(...runtimes) ? { runtimeImages: images.length === 0 ? null : Object.fromEntries(images) } : {}),
    ...(isOther('registry') ? { registry: orNull(is.registry) } : {}),
    ...(isOther('insecureRegistries') ? { insecureRegistries: insecure.length === 0 ? null : insecure } : {}),
    ...(isOther('registryCa') ? { registryCa: orNull(is.registryCa) } : {}),
    ...(isOther('platform') ? { platform: orNull(to.platform) } : {}),
    ...(isOther('ingress') ? { ingress: orNull(is.ingress) } : {}),
  }
}

/** What Save sends. */
export const toSave = (from: SettingsForm, to: SettingsForm): ConnectionSettingsSave => ({
  change: changeOf(from, to),
  namespaces: listed(to.namespaces),
})

/** Whether there is anything to save. */
export function isDirty(from: SettingsForm, to: SettingsForm): boolean {
  const { change, namespaces } = toSave(from, to)
  return Object.keys(change).length > 0 || namespaces.length > 0
}

/** The form after its connection changed elsewhere: fields that the user has not touched follow, the others stay. */
export function follow(from: SettingsForm, form: SettingsForm, now: SettingsForm): SettingsForm {
  const fields = Object.keys(form) as SettingsField[]
  return Object.fromEntries(fields.map(field => [field, (form[field] === from[field] ? now : form)[field]])) as never
}
