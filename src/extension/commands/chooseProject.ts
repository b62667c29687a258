import { l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode'
import type { Project } from '../../contract/projects.ts'
import type { Command, Services } from './command.ts'
import { addConnection } from './addConnection.ts'
import { openNamespace } from './openNamespace.ts'
import { targetOf } from './target.ts'

interface Item extends QuickPickItem {
  readonly choose?: () => Promise<void>
}

/** Chooses the project of commands that name none: the open folder, or a namespace of a cluster. */
export const chooseProject: Command = {
  name: 'chooseProject',
  run: async (services, argument) => {
    await services.session.ready()
    const { projectId } = targetOf(argument)
    if (projectId !== undefined) return services.chosenProject.choose(projectId)
    const placeHolder = l10n.t('Where new CronJobs and functions go')
    const options = { title: l10n.t('Choose Project'), placeHolder, matchOnDescription: true }
    const choice = await window.showQuickPick<Item>(items(services), options)
    await choice?.choose?.()
  },
}

function items(services: Services): Item[] {
  const { chosenProject, session } = services
  const { connections, projects } = session.resources
  const clusters = [...connections.values()].filter(({ kind }) => kind !== 'local')
  const mark = (isChosen: boolean): string => (isChosen ? l10n.t('chosen') : '')
  const namespace = (project: Project): Item => ({
    label: `$(symbol-namespace) ${project.name}`,
    description: mark(chosenProject.id === project.id),
    choose: () => chosenProject.choose(project.id),
  })
  return [
    {
      label: l10n.t('$(folder) The open folder'),
      description: mark(chosenProject.project === undefined),
      choose: () => chosenProject.choose(undefined),
    },
    ...clusters.flatMap(({ id, name }): Item[] => [
      { label: name, kind: QuickPickItemKind.Separator },
      ...[...projects.values()].filter(({ connection }) => connection === id).map(namespace),
      {
        label: l10n.t('$(add) Open Namespace of {0} …', name),
        choose: () => openNamespace.run(services, { connectionId: id }, []),
      },
    ]),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: l10n.t('$(add) Add Cluster …'), choose: () => addConnection.run(services, undefined, []) },
  ]
}
