import { type Disposable, EventEmitter, l10n, Uri, workspace } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import { localConnection } from '../../contract/localConnection.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'

/** Read-only documents that say as manifests what the gateway has; they change when it does. */
export interface GatewayManifests extends Disposable {
  /** The document of a CronJob, in the manner of the manifest file that it is compared with. */
  open(job: CronJob, file: Uri): Uri
}

/** The scheme of these documents. */
const scheme = 'hks-manifest'

/** A document that is open: what it is compared with, and the CronJob as it was last asked for. */
interface Opened {
  readonly uri: Uri
  readonly file: Uri
  readonly id: string
  job?: CronJob | undefined
}

/** Registers the documents. */
export function createGatewayManifests(session: GatewaySession): GatewayManifests {
  const changed = new EventEmitter<Uri>()
  const opened = new Map<string, Opened>()

  async function textOf(uri: Uri): Promise<string> {
    const { id, file, ...kept } = opened.get(uri.query) ?? remember(uri)
    const client = await session.ready()
    const job = kept.job ?? (await client.call('getCronJob', { params: { id } }))
    const entry = opened.get(uri.query)
    if (entry !== undefined) entry.job = job
    const document = await workspace.openTextDocument(file)
    if (session.resources.projects.get(job.projectId)?.connection !== localConnection && job.functionId === undefined) {
      // A change of nothing shows the whole object, which lists do not carry.
      const { present, manifest } = await client.call('previewCronJobUpdate', { params: { id }, body: {} })
      const { clusterManifest } = await import('../../scaffold/clusterManifest.ts')
      return clusterManifest(document.getText(), job.name, present ?? manifest)
    }
    const { gatewayManifest } = await import('../../scaffold/gatewayManifest.ts')
    return gatewayManifest(document.getText(), job) ?? `# ${l10n.t('{0} calls a function on the gateway.', job.name)}\n`
  }
  /** Of a document that a reload of the window brings back, its address alone tells what it is. */
  function remember(uri: Uri): Opened {
    const [id = '', file = ''] = JSON.parse(uri.query) as string[]
    const entry = { uri, file: Uri.parse(file), id }
    opened.set(uri.query, entry)
    return entry
  }
  const subscriptions: Disposable[] = [
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: textOf,
    }),
    workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) opened.delete(uri.query)
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      // What both sides say alike stands alike on both.
      for (const { uri, file } of opened.values()) if (document.uri.toString() === file.toString()) changed.fire(uri)
    }),
    session.onDidChangeResources(({ cronJobs }) => {
      for (const entry of opened.values()) {
        const now = cronJobs.get(entry.id)
        if (now === undefined || entry.job === undefined || now.updatedAt === entry.job.updatedAt) continue
        entry.job = undefined
        changed.fire(entry.uri)
      }
    }),
  ]
  return {
    open: (job, file) => {
      const uri = Uri.from({ scheme, path: `/${job.name}.yaml`, query: JSON.stringify([job.id, file.toString()]) })
      remember(uri)
      changed.fire(uri)
      return uri
    },
    dispose: () => {
      for (const each of [...subscriptions, changed]) each.dispose()
    },
  }
}
