import type { Secret } from '../../../contract/projects.ts'
import type { SecretKeys } from '../../domain/project.ts'
import type { SecretService } from '../../domain/secretService.ts'
import type { Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'

/** Routes of secrets: keys only, in every answer. */
export const secretHandlers = (
  secrets: SecretService,
): Pick<Handlers, 'listSecrets' | 'writeSecret' | 'deleteSecret'> => ({
  listSecrets: async ({ caller, params, query }) => {
    const page = pageOf(await secrets.list(caller, params.id), query, secret => secret.name)
    return { body: { ...page, items: page.items.map(toWireSecret) } }
  },
  writeSecret: async ({ caller, params, body }) => ({
    body: toWireSecret(await secrets.write(caller, params.id, params.secret, body.data)),
  }),
  deleteSecret: async ({ caller, params }) => {
    await secrets.remove(caller, params.id, params.secret)
    return { status: 204 }
  },
})

const toWireSecret = ({ name, keys }: SecretKeys): Secret => ({ name, keys: [...keys] })
