import { l10n } from 'vscode'
import { HksError } from '../../contract/errors.ts'
import type { Services } from './command.ts'

/** The project that a source goes to: that of the function it is a revision of, else the chosen one, else its folder's. */
export async function projectToDeployTo(
  services: Services,
  path: string,
  functionId: string | undefined,
): Promise<string> {
  const { session, chosenProject } = services
  await session.ready()
  const fn = functionId === undefined ? undefined : session.resources.functions.get(functionId)
  return fn?.projectId ?? chosenProject.project?.id ?? projectOfFolder(services, path)
}

/** The project of the open folder that holds a path. @throws HksError PROJECT_MISSING */
export async function projectOfFolder({ session, openProjects }: Services, path: string): Promise<string> {
  await session.ready()
  const projectId = openProjects.projectOf(path)
  if (projectId !== undefined) return projectId
  throw new HksError('PROJECT_MISSING', l10n.t('{0} is in no open folder.', path), {
    hint: l10n.t('Open its folder; it becomes a project.'),
  })
}
