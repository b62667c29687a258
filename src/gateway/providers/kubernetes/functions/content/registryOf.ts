import { readFile } from 'node:fs/promises'
import { HksError, invalidField } from '../../../../../contract/errors.ts'
import type { RegistryAccess } from '../../images/image.ts'
import { parseRepository } from '../../images/reference.ts'
import type { FunctionSettings } from '../functionSettings.ts'

/**
 * The repository for images of a function. Functions of one name share one: a tag says what is in it.
 * @throws HksError UNSUPPORTED_PLATFORM naming `registry` when the connection has none; INVALID_REQUEST when it is none
 */
export function repositoryOf(name: string, why: string, { registry, connectionName }: FunctionSettings): string {
  if (registry === undefined) {
    throw new HksError(
      'UNSUPPORTED_PLATFORM',
      `registry: ${why} needs an image of its own, and the connection names no registry to push it to.`,
      {
        details: { field: 'registry' },
        hint: `Name one: hks-func connection set ${connectionName ?? 'NAME'} --registry registry.example.com/team`,
      },
    )
  }
  const repository = `${registry.replace(/\/+$/, '')}/${name}`
  parseRepository(repository, 'registry')
  return repository
}

/** How registries of a connection are reached. @throws HksError INVALID_REQUEST when its CA file can not be read */
export async function registryAccess({ insecureRegistries, registryCa }: FunctionSettings): Promise<RegistryAccess> {
  return {
    ...(insecureRegistries && { insecure: insecureRegistries }),
    ...(registryCa !== undefined && { certificateAuthorities: await readCa(registryCa) }),
  }
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const hint = 'Name a file with certificates in PEM, or clear the field.'
    throw invalidField('registryCa', file, `"${file}" can not be read (${code ?? String(error)}).`, hint)
  }
}
