import { l10n } from 'vscode'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import type { CronJob, CronJobPreview } from '../../contract/cronJobs.ts'
import { notFound } from '../../contract/errors.ts'
import { localConnection } from '../../contract/localConnection.ts'
import type { ScheduleEditorInit, ScheduleEditorSave } from '../../contract/webviews.ts'
import { pickSecret } from '../dialogs/askSecret.ts'
import { askAndResume } from '../dialogs/askAndResume.ts'
import type { FillPanel, OpenPanel, PanelServices, PanelSubject } from './panelServices.ts'
import { manageTrust, requireTrust } from './requireTrust.ts'
import { viewer } from './viewer.ts'
import { hostWebview } from './webviewHost.ts'

/** Titles of the panel; a page with unsaved changes gets a dot in front. */
export const scheduleEditorTitle = (job: string | undefined): string =>
  job === undefined ? l10n.t('New CronJob') : l10n.t('Schedule of {0}', job)

/** Fills a panel with the schedule editor of a CronJob, or with the form of a new one. */
export const fillScheduleEditor: FillPanel = (panel, subject, services) => {
  const { session } = services
  // Once saved, a new CronJob's form is the editor of that CronJob.
  let cronJobId = subject.cronJobId
  const title = panel.title.replace(/^● /, '')

  const host = hostWebview(panel, {
    name: 'scheduleEditor',
    extensionUri: services.context.extensionUri,
    title,
    handlers: {
      init: async () => init(await session.ready(), services, { ...subject, ...(cronJobId ? { cronJobId } : {}) }),
      preview: async (params, signal) => (await session.ready()).call('previewSchedule', { body: params, signal }),
      save: async params => {
        requireTrust()
        const job = await save(await session.ready(), cronJobId, params)
        cronJobId = job.id
        panel.title = scheduleEditorTitle(job.name)
        return job
      },
      showManifest: async params => {
        const client = await session.ready()
        const name = params.mode === 'create' ? params.body.name : known(services, cronJobId).name
        await services.previews.show(name, await preview(client, cronJobId, params))
        return null
      },
      applications: async ({ projectId }) => {
        const client = await session.ready()
        return client.call('listApplications', { query: { projectId, limit: 1000 } })
      },
      setSuspended: async ({ suspend }) => {
        const client = await session.ready()
        const job = known(services, cronJobId)
        if (suspend) return client.call('suspendCronJob', { params: { id: job.id } })
        requireTrust()
        return (await askAndResume(client, job)) ?? null
      },
      pickSecret: async ({ projectId }) => {
        const client = await session.ready()
        const project = await client.call('getProject', { params: { id: projectId } })
        return (await pickSecret(client, project)) ?? null
      },
      manageTrust,
      close: () => {
        panel.dispose()
        return null
      },
    },
    listeners: {
      dirty: ({ dirty }) => {
        const plain = panel.title.replace(/^● /, '')
        panel.title = dirty ? `● ${plain}` : plain
      },
    },
  })
  const watching = watchJob(services, () => cronJobId, host.emit)
  return openPanel(() => (cronJobId === undefined ? subject : { cronJobId }), host, watching)
}

function openPanel(
  subject: () => PanelSubject,
  host: ReturnType<typeof hostWebview<'scheduleEditor'>>,
  watching: { dispose(): void },
): OpenPanel {
  return {
    get subject() {
      return subject()
    },
    tell: (name, data) => host.emit(name, data as never),
    show: () => undefined,
    dispose: () => {
      watching.dispose()
      host.dispose()
    },
  }
}

function watchJob(
  { session }: PanelServices,
  id: () => string | undefined,
  emit: ReturnType<typeof hostWebview<'scheduleEditor'>>['emit'],
) {
  return session.onDidReceive(change => {
    if (change.type === 'put' && change.kind === 'cronJob' && change.object.id === id())
      emit('cronJob', { cronJob: change.object })
    if (change.type === 'delete' && change.kind === 'cronJob' && change.id === id()) emit('deleted', { id: change.id })
  })
}

async function init(
  client: GatewayClient,
  { session }: PanelServices,
  subject: PanelSubject,
): Promise<ScheduleEditorInit> {
  const { connections, projects, cronJobs, functions } = session.resources
  const cronJob =
    subject.cronJobId === undefined ? undefined : await client.call('getCronJob', { params: { id: subject.cronJobId } })
  const usual = cronJob === undefined ? undefined : await usualMilliseconds(client, cronJob)
  const offered = [...projects.values()].filter(p => cronJob === undefined || p.id === cronJob.projectId)
  return {
    mode: cronJob === undefined ? 'create' : 'edit',
    projects: offered.map(({ id, name, connection }) => ({
      id,
      name,
      connection: connections.get(connection)?.name ?? connection,
      inCluster: connection !== localConnection,
    })),
    functions: [...functions.values()].map(({ id, name, projectId }) => ({ id, name, projectId })),
    neighbours: [...cronJobs.values()]
      .filter(job => job.id !== cronJob?.id && !job.suspend)
      .map(({ name, schedule, timeZone }) => ({ name, schedule, ...(timeZone === undefined ? {} : { timeZone }) })),
    ...(subject.projectId === undefined ? {} : { projectId: subject.projectId }),
    ...(cronJob === undefined ? {} : { cronJob }),
    ...(usual === undefined ? {} : { usualMilliseconds: usual }),
    ...viewer(),
  }
}

async function usualMilliseconds(client: GatewayClient, job: CronJob): Promise<number | undefined> {
  const { summary } = await client.call('getLedger', { params: { id: job.id }, query: { limit: 1 } })
  return summary.medianMilliseconds
}

function save(client: GatewayClient, id: string | undefined, saved: ScheduleEditorSave): Promise<CronJob> {
  if (saved.mode === 'create') return client.call('createCronJob', { body: saved.body })
  return client.call('updateCronJob', { params: { id: id ?? '' }, body: saved.body })
}

function preview(client: GatewayClient, id: string | undefined, saved: ScheduleEditorSave): Promise<CronJobPreview> {
  if (saved.mode === 'create') return client.call('previewCronJob', { body: saved.body })
  return client.call('previewCronJobUpdate', { params: { id: id ?? '' }, body: saved.body })
}

function known({ session }: PanelServices, id: string | undefined): CronJob {
  const job = session.resources.cronJobs.get(id ?? '')
  if (job === undefined) throw notFound('CronJob', id ?? '')
  return job
}
