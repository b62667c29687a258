import type { Application, NotCopied, RefusedKind } from '../contract/applications.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'
import { everyPage } from './everyPage.ts'
import { table } from './output/table.ts'

/** The applications of a project that CronJobs can copy, and the kinds that the user may not see. */
export async function applicationsOf(
  { client, signal }: Context,
  projectId: string,
): Promise<{ readonly items: readonly Application[]; readonly refused: readonly RefusedKind[] }> {
  const gateway = await client()
  let refused: readonly RefusedKind[] = []
  const items = await everyPage(async cursor => {
    const page = await gateway.call('listApplications', { query: { projectId, limit: 1000, ...cursor }, signal })
    refused = page.refused ?? []
    return page
  })
  return { items, refused }
}

/** One by id, name or `KIND/NAME` in a project. @throws HksError NOT_FOUND, CONFLICT (two kinds have the name) */
export async function applicationNamed(context: Context, projectId: string, ref: string): Promise<Application> {
  const { items, refused } = await applicationsOf(context, projectId)
  const found = items.filter(item => item.id === ref || item.name === ref || kindAndName(item) === ref.toLowerCase())
  const [only] = found
  if (only && found.length === 1) return only
  if (only) {
    throw new HksError('CONFLICT', `${found.length} applications are named "${ref}".`, {
      details: { ids: found.map(({ id }) => id) },
      hint: `Name one of them: ${found.map(kindAndName).join(', ')}.`,
    })
  }
  const unseen = refused.map(({ message }) => message).join(' ')
  const names = items.map(kindAndName).join(', ')
  throw new HksError('NOT_FOUND', `No application "${ref}" is in the project.`, {
    details: { what: 'application template', id: ref },
    hint: [names === '' ? 'It has none.' : `It has: ${names}.`, unseen].filter(Boolean).join(' '),
  })
}

/** Such as `volume data, container proxy`; empty where a CronJob gets all. */
export const notCopiedText = ({ notCopied = [] }: Application): string =>
  notCopied.map(({ kind, name }) => `${partNames[kind]} ${name}`).join(', ')

const partNames: Readonly<Record<NotCopied['kind'], string>> = {
  volume: 'volume',
  container: 'container',
  initContainer: 'init container',
}

/** They as a table; with what is not copied where that is so of one. */
export function applicationTable(items: readonly Application[]): string {
  const isPartial = items.some(({ notCopied }) => notCopied !== undefined)
  return table(
    ['kind', 'name', 'image', 'command', ...(isPartial ? ['not copied'] : [])],
    items.map(item => [
      ...[item.kind, item.name, item.image ?? '-'],
      [...item.command, ...item.args].join(' ') || "the image's own",
      ...(isPartial ? [notCopiedText(item) || '-'] : []),
    ]),
  )
}

/** How a user names one beyond doubt, such as `deployment/shop`. */
export const kindAndName = ({ kind, name }: Application): string => `${kind.toLowerCase()}/${name}`
