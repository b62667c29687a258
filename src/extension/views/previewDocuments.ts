import { commands as vscodeCommands, type Disposable, EventEmitter, l10n, Uri, window, workspace } from 'vscode'
import type { CronJobPreview } from '../../contract/cronJobs.ts'

/** Shows how a CronJob would be, in read-only documents: beside how it is where it is there already. */
export interface PreviewDocuments extends Disposable {
  show(name: string, preview: CronJobPreview): Promise<void>
}

const scheme = 'hks-preview'

/** Registers the documents. */
export function createPreviewDocuments(): PreviewDocuments {
  const changed = new EventEmitter<Uri>()
  const texts = new Map<string, string>()
  const registrations = [
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: uri => texts.get(uri.toString()) ?? '',
    }),
    workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) texts.delete(uri.toString())
    }),
  ]
  return {
    show: async (name, { manifest, present }) => {
      const { writeYaml } = await import('../../scaffold/writeManifest.ts')
      const put = (side: string, object: object): Uri => {
        const uri = Uri.from({ scheme, path: `/${name}.yaml`, query: side })
        texts.set(uri.toString(), writeYaml(object))
        changed.fire(uri)
        return uri
      }
      const next = put('next', manifest)
      if (present === undefined) {
        await window.showTextDocument(await workspace.openTextDocument(next), { preview: true })
        return
      }
      const title = l10n.t('{0}: now ↔ after saving', name)
      await vscodeCommands.executeCommand('vscode.diff', put('present', present), next, title, { preview: true })
    },
    dispose: () => {
      for (const each of [...registrations, changed]) each.dispose()
    },
  }
}
