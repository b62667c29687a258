import type { SecretReference } from '../../contract/common.ts'
import { invalidField } from '../../contract/errors.ts'

/** Refuses two secrets for one variable: only one of them could be in it. @throws HksError INVALID_REQUEST */
export function refuseRepeatedVariables(secrets: readonly SecretReference[] = []): void {
  const known = new Set<string>()
  for (const [i, { name }] of secrets.entries()) {
    if (known.has(name)) throw invalidField(`secrets.${i}.name`, name, `"${name}" is set twice.`, 'Keep one of them.')
    known.add(name)
  }
}
