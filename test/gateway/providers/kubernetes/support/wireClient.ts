import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createKubeClient,
  type KubeClientOptions,
} from '../../../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { loadKubeConfig } from '../../../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'
import { pem } from './wireServer.ts'

/** A kubeconfig with one context, in a folder of its own. */
export interface WrittenKubeConfig extends Disposable {
  readonly file: string
  readonly folder: string
  /** Writes it again. */
  readonly write: (parts: KubeConfigParts) => void
}

/** What the one cluster and user of a kubeconfig are. */
export interface KubeConfigParts {
  readonly cluster: Readonly<Record<string, unknown>>
  readonly user?: Readonly<Record<string, unknown>>
}

/** Base64 of the authority of the test certificates. */
export const authority = Buffer.from(pem('ca.crt')).toString('base64')

/** Writes a kubeconfig; the test authority is trusted unless the cluster says something else. */
export function writtenKubeConfig(parts: KubeConfigParts): WrittenKubeConfig {
  const folder = temporaryFolder()
  const file = join(folder.path, 'config')
  const write = ({ cluster, user = { token: 'good' } }: KubeConfigParts) => {
    const trusted =
      'certificate-authority-data' in cluster ? cluster : { 'certificate-authority-data': authority, ...cluster }
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [{ name: 'test', cluster: trusted }],
        users: [{ name: 'jane', user }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'jane', namespace: 'team-a' } }],
      }),
    )
  }
  write(parts)
  return { file, folder: folder.path, write, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

/** The environment that programs of a kubeconfig get in tests. */
export const environment = async (): Promise<Record<string, string>> => ({ PATH: process.env['PATH']! })

/** A client of a server with the token `good`. */
export async function wireClient(url: string, options: KubeClientOptions = {}): Promise<KubeClient> {
  const written = writtenKubeConfig({ cluster: { server: url } })
  const client = createKubeClient(await loadKubeConfig({ files: [written.file], environment }), options)
  const dispose = client[Symbol.dispose]
  return Object.assign(client, {
    [Symbol.dispose]: () => {
      dispose()
      written[Symbol.dispose]()
    },
  })
}
