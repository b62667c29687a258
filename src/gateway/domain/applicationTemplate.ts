import type { CronJobCreate } from '../../contract/cronJobs.ts'
import { HksError, notFound } from '../../contract/errors.ts'
import type { ApplicationSpec } from './application.ts'
import type { Provider } from './ports.ts'

/**
 * The body with what its application template has and it does not say. Nothing is taken from an application of another project.
 * @throws HksError NOT_FOUND, INVALID_REQUEST (a template and a function)
 */
export async function withTemplate(
  provider: Provider,
  projectId: string,
  input: CronJobCreate,
): Promise<CronJobCreate> {
  const { templateAppId } = input
  if (templateAppId === undefined) return input
  if (input.functionId !== undefined) {
    throw new HksError('INVALID_REQUEST', 'templateAppId and functionId: only one of them can be given.', {
      details: { fields: ['templateAppId', 'functionId'] },
      hint: 'A CronJob runs what an application runs or calls a function, never both.',
    })
  }
  const listed = await provider.applications?.list(projectId)
  const found = listed?.applications.find(({ id }) => id === templateAppId)
  if (found) return filledIn(input, found.spec)
  const { message, details } = notFound('application template', templateAppId)
  const unseen = listed?.refused.map(({ kind }) => kind).join(', ')
  throw new HksError('NOT_FOUND', message, {
    ...(details ? { details } : {}),
    hint: unseen ? `You may not see those of the kinds ${unseen}.` : 'It must be of the same project.',
  })
}

/**
 * A command of its own comes without the template's arguments; arguments alone replace them. Variables are added to those of
 * the template, or replace one of the same name, be it plain or of a secret.
 */
function filledIn(input: CronJobCreate, template: ApplicationSpec): CronJobCreate {
  const { command = [], args, environment = {}, secrets = [] } = input
  const image = input.image ?? template.image
  const own = new Set([...Object.keys(environment), ...secrets.map(({ name }) => name)])
  const inherited = Object.entries(template.environment).filter(([name]) => !own.has(name))
  return {
    ...input,
    ...(command.length > 0
      ? { command, args: args ?? [] }
      : { command: [...template.command], args: args ?? [...template.args] }),
    environment: { ...Object.fromEntries(inherited), ...environment },
    secrets: [...template.secrets.filter(({ name }) => !own.has(name)), ...secrets],
    ...(image === undefined ? {} : { image }),
  }
}
