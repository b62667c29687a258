import type { Connection } from '../contract/connections.ts'
import type { Project } from '../contract/projects.ts'

/** More than these would hide what the hint says. */
const mostNamed = 10

/** One sentence that says how to name a project, to somebody whose `ref` none has: most likely they meant a connection. */
export function projectHint(ref: string, connections: readonly Connection[], projects: readonly Project[]): string {
  const nameOf = ({ name, connection: id }: Project): string => {
    const connection = connections.find(each => each.id === id)
    return connection && connection.kind !== 'local' ? `${connection.name}/${name}` : name
  }
  const meant = connections.find(({ id, name }) => name === ref || id === ref)
  if (meant?.kind === 'local') return '"local" is this machine, whose projects are folders: . is the current one.'
  if (meant) {
    const open = projects.filter(({ connection }) => connection === meant.id).map(nameOf)
    const examples = open.length === 0 ? `${meant.name}/default` : listed(open)
    return `"${ref}" is a connection, whose projects are namespaces: name one, too, such as ${examples}.`
  }
  return projects.length === 0
    ? 'There is none yet: name a folder, such as ., or CONNECTION/NAMESPACE.'
    : `There are: ${listed(projects.map(nameOf))}.`
}

const listed = (names: readonly string[]): string =>
  [...names.slice(0, mostNamed), ...(names.length > mostNamed ? ['…'] : [])].join(', ')
