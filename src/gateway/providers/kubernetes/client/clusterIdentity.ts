import { createHash, X509Certificate } from 'node:crypto'
import { readKubeConfigFiles, readNamedFile } from './kubeConfigFiles.ts'
import { resolveContext } from './resolveContext.ts'

/**
 * Names the cluster of a context: its server and its certificate authority, so that two kubeconfigs that lead to one
 * cluster agree. @throws HksError CONNECTION_FAILED
 */
export async function clusterIdentity(files: readonly string[], context: string | undefined): Promise<string> {
  const { cluster } = resolveContext(await readKubeConfigFiles(files), context)
  const data = cluster['certificate-authority-data']
  const file = cluster['certificate-authority']
  const authority = data === undefined ? file && (await readNamedFile(file)) : Buffer.from(data, 'base64')
  const server = new URL(cluster.server).href
  return createHash('sha256')
    .update(server)
    .update(authority ? fingerprintOf(authority) : '')
    .digest('hex')
}

/** Of the certificate, however its text is wrapped. */
function fingerprintOf(authority: Uint8Array | string): string {
  try {
    return new X509Certificate(authority).fingerprint256
  } catch {
    // What is no certificate is refused when it is used; until then its bytes name it.
    return createHash('sha256').update(authority).digest('hex')
  }
}
