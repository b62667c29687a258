import type { Connection } from '../contract/connections.ts'
import { HksError } from '../contract/errors.ts'
import type { Project } from '../contract/projects.ts'
import type { Context } from './context.ts'
import { everyPage } from './everyPage.ts'

/** All connections, `local` first. */
export async function allConnections({ client, signal }: Context): Promise<Connection[]> {
  const gateway = await client()
  return everyPage(cursor => gateway.call('listConnections', { query: { limit: 1000, ...cursor }, signal }))
}

/** A connection by name or id. @throws HksError NOT_FOUND */
export async function connectionNamed(context: Context, ref: string): Promise<Connection> {
  const all = await allConnections(context)
  const found = all.find(({ id, name }) => id === ref || name === ref)
  if (found) return found
  throw new HksError('NOT_FOUND', `No connection "${ref}" exists.`, {
    details: { what: 'connection', id: ref },
    hint: `There are: ${all.map(({ name }) => name).join(', ')}.`,
  })
}

/** A cluster by name or id; without one the only cluster that there is. @throws HksError NOT_FOUND, INVALID_REQUEST */
export const clusterNamed = (context: Context, ref: string | undefined): Promise<Connection> =>
  ref === undefined ? onlyCluster(context) : connectionNamed(context, ref)

async function onlyCluster(context: Context): Promise<Connection> {
  const clusters = (await allConnections(context)).filter(({ kind }) => kind !== 'local')
  const [only] = clusters
  if (only && clusters.length === 1) return only
  throw new HksError('INVALID_REQUEST', only ? 'There are several clusters: name one.' : 'There is no cluster yet.', {
    hint: only
      ? `There are: ${clusters.map(each => each.name).join(', ')}.`
      : 'hks-func connection add takes a context.',
  })
}

/** The project `CONNECTION/NAMESPACE`, opened where it is not yet; nothing where no connection has the name. */
export async function namespaceProject(context: Context, ref: string): Promise<Project | undefined> {
  // A context's name may hold slashes, a namespace's does not.
  const slash = ref.lastIndexOf('/')
  const name = ref.slice(0, slash)
  const connection = (await allConnections(context)).find(each => each.name === name && each.kind !== 'local')
  if (slash < 0 || !connection) return undefined
  const client = await context.client()
  return client.call('openProject', {
    body: { connectionId: connection.id, namespace: ref.slice(slash + 1) },
    signal: context.signal,
  })
}
