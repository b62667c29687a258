import type { DeniedAction, ProjectAction } from '../../contract/projects.ts'
import { projectActions } from '../../contract/projects.ts'
import type { Localize } from './localize.ts'
import type { Resources } from './resources.ts'

/** What may not be done in a project, and why: its cluster's user lacks the right, or its connection is read-only. */
export function deniedIn(
  { projects, connections }: Pick<Resources, 'projects' | 'connections'>,
  projectId: string,
  t: Localize,
): readonly DeniedAction[] {
  const project = projects.get(projectId)
  const denied = project?.denied ?? []
  const connection = project && connections.get(project.connection)
  if (connection?.readOnly !== true) return denied
  const message = t('The connection {0} is read-only.', connection.name)
  const hint = t('Allow changes in the menu of its row.')
  return projectActions.flatMap(action =>
    action === 'readLogs' ? denied.filter(each => each.action === action) : { action, message, hint },
  )
}

/** What of it is denied for an object of that name: a role may allow it by name. */
export const deniedFor = (denied: readonly DeniedAction[], name: string | undefined): readonly DeniedAction[] =>
  name === undefined ? denied : denied.filter(({ except }) => except?.includes(name) !== true)

/** The words by which the menus of a row know what is denied. */
export const deniedWords = (denied: readonly DeniedAction[]): readonly string[] =>
  denied.map(({ action }) => deniedWord(action))

/** The word of one action, as `package.json` has it. */
export const deniedWord = (action: ProjectAction): string => `no-${action}`

/** Each reason once. */
export const deniedSentences = (denied: readonly DeniedAction[]): readonly string[] => [
  ...new Set(denied.map(({ message }) => message)),
]
