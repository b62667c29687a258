import { l10n, window } from 'vscode'
import type { Project } from '../../contract/projects.ts'
import type { Command, Services } from './command.ts'
import { pickAnyProject } from './pick.ts'

/** Forgets a project with its CronJobs and functions, after asking once. Files stay where they are. */
export const removeProject: Command = {
  name: 'removeProject',
  run: async (services, argument) => {
    const project = await pickAnyProject(services, argument, l10n.t('Project to forget'))
    if (project === undefined) return
    if (project.path === undefined) return forgetNamespace(services, project)
    const own = (item: { readonly projectId: string }): boolean => item.projectId === project.id
    const jobs = [...services.session.resources.cronJobs.values()].filter(own)
    const functions = [...services.session.resources.functions.values()].filter(own)
    const button = consequence(jobs.length, functions.length)
    const detail = [
      l10n.t('Its CronJobs, functions and secrets are deleted with their history and logs.'),
      ...(jobs.some(job => job.active > 0) ? [l10n.t('What is running is ended.')] : []),
      l10n.t('The files of the folder stay. This cannot be undone.'),
    ].join(' ')
    const choice = await window.showWarningMessage(l10n.t('Forget {0}?', project.name), { modal: true, detail }, button)
    if (choice !== button) return
    const client = await services.session.ready()
    await client.call('removeProject', { params: { id: project.id } })
    for (const { id } of [...jobs, ...functions]) services.logs.stop(id)
    // A folder that is open here goes on as a new project, without anything in it.
    await services.openProjects.register(client)
  },
}

/** Nothing is lost, but its log channels end and its rows go. */
async function forgetNamespace(services: Services, { id, name }: Project): Promise<void> {
  const button = l10n.t('Forget Project')
  const detail = l10n.t('The namespace and all in it stay in the cluster; it can be opened again.')
  const choice = await window.showWarningMessage(l10n.t('Forget {0}?', name), { modal: true, detail }, button)
  if (choice !== button) return
  const client = await services.session.ready()
  await client.call('removeProject', { params: { id } })
  if (services.chosenProject.id === id) await services.chosenProject.choose(undefined)
}

function consequence(jobs: number, functions: number): string {
  const held = [
    ...(jobs === 0 ? [] : [jobs === 1 ? l10n.t('1 CronJob') : l10n.t('{0} CronJobs', jobs)]),
    ...(functions === 0 ? [] : [functions === 1 ? l10n.t('1 Function') : l10n.t('{0} Functions', functions)]),
  ]
  if (held.length === 0) return l10n.t('Forget Project')
  return held.length === 1
    ? l10n.t('Forget Project and {0}', held[0]!)
    : l10n.t('Forget Project, {0} and {1}', held[0]!, held[1]!)
}
