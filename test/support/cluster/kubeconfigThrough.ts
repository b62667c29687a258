import { isIP } from 'node:net'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { chooseContext, writeKubeconfig } from '../../../scripts/cluster/kubeconfig.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { tcpProxy, type TcpProxy } from './tcpProxy.ts'

/** A proxy before the API server of a kubeconfig, and the kubeconfig that leads through it. */
export interface ProxiedCluster extends AsyncDisposable {
  readonly kubeconfig: string
  readonly proxy: TcpProxy
}

/** Puts a TCP proxy before the API server of a kubeconfig; certificates are checked as before. */
export async function kubeconfigThrough(kubeconfig: string): Promise<ProxiedCluster> {
  const context = await chooseContext(kubeconfig)
  const { server, cluster } = context
  if (cluster['proxy-url'] !== undefined)
    throw new Error(`${kubeconfig}: a cluster behind a proxy-url cannot be proxied`)
  const url = new URL(server)
  const target = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 443) }
  const name = (cluster['tls-server-name'] as string | undefined) ?? (await nameFor(target))
  const proxy = await tcpProxy(target)
  const folder = temporaryFolder()
  const file = join(folder.path, 'kubeconfig')
  const through = { ...cluster, server: `https://127.0.0.1:${proxy.port}${url.pathname}` }
  const named = name === undefined ? through : { ...through, 'tls-server-name': name }
  await writeKubeconfig(file, { ...context, cluster: named })
  return {
    kubeconfig: file,
    proxy,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/**
 * The name that a certificate is checked for when the address is 127.0.0.1 now; undefined where it is made out for
 * 127.0.0.1 too. An address cannot be asked for as a name, so one of the certificate's names stands in for it.
 */
async function nameFor(target: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  if (isIP(target.host) === 0) return target.host
  const { subjectaltname = '' } = await certificateOf(target)
  const names = subjectaltname.split(', ')
  if (names.includes('IP Address:127.0.0.1')) return undefined
  const name = names.find(n => n.startsWith('DNS:'))?.slice('DNS:'.length)
  if (name === undefined) throw new Error(`the certificate of ${target.host} has no name that a proxy could pass on`)
  return name
}

function certificateOf(target: { readonly host: string; readonly port: number }): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    // Looked at, not trusted: the kubeconfig's own authority is checked by whoever uses the proxy.
    const socket = connect({ ...target, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate())
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
