/** `npm run schema`: writes the JSON schema of `function.yaml` that the extension ships; a test holds that it is current. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { functionYamlSchema } from '../src/scaffold/functionYamlSchema.ts'

const file = resolve(import.meta.dirname, '../schemas/function.schema.json')
await writeFile(file, `${JSON.stringify(functionYamlSchema(), undefined, 2)}\n`)
