import { invalidField } from '../../contract/errors.ts'

/** Refuses texts that no process can be started with; each by its field. @throws HksError INVALID_REQUEST */
export function refuseZeroBytes(texts: Iterable<readonly [field: string, text: string]>): void {
  for (const [field, text] of texts) {
    if (text.includes('\0')) throw invalidField(field, text, 'holds a zero byte, which no process can be given.')
  }
}

/** The values of an environment by their fields. */
export const environmentTexts = (environment: Readonly<Record<string, string>> | undefined) =>
  Object.entries(environment ?? {}).map(([name, text]) => [`environment.${name}`, text] as const)
