import type { ClusterEntry } from './kubeConfigFiles.ts'

/** The proxy of a cluster: that of the kubeconfig, else that of the environment. */
export const proxyOfCluster = (
  cluster: Pick<ClusterEntry, 'server' | 'proxy-url'>,
  environment: Readonly<Record<string, string>>,
): string | undefined => cluster['proxy-url'] || proxyOf(new URL(cluster.server), environment)

/** A proxy as messages name it: without its password. */
export function shownProxy(proxy: string): string {
  const url = URL.parse(proxy)
  return url === null ? proxy.replace(/^.*@/, '') : `${url.protocol}//${url.host}`
}

/**
 * The proxy that a program of Go would use for a URL, by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (either case), as
 * kubectl does: never for this machine itself. `undefined` when it connects directly.
 */
export function proxyOf(server: URL, environment: Readonly<Record<string, string>>): string | undefined {
  const named = (name: string) => environment[name] || environment[name.toLowerCase()]
  const proxy = named(server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (!proxy || isExempt(server, named('NO_PROXY') ?? '')) return undefined
  return /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`
}

function isExempt(server: URL, list: string): boolean {
  const host = server.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  return list
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(Boolean)
    .some(entry => entry === '*' || isInRange(host, entry) || isNamed(host, port, entry))
}

function isNamed(host: string, port: string, entry: string): boolean {
  const [, name = entry, ofPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  if (ofPort !== undefined && ofPort !== port && !entry.includes('::')) return false
  const bare = name.replace(/^\*?\./, '')
  // `.example.com` is what lies below it, `example.com` that and itself.
  return host.endsWith(`.${bare}`) || (host === bare && !/^\*?\./.test(name))
}

function isInRange(host: string, entry: string): boolean {
  const [base = '', bits] = entry.split('/')
  if (bits === undefined) return false
  const [address, network] = [ipv4(host), ipv4(base)]
  if (address === undefined || network === undefined) return false
  const hostBits = 2 ** (32 - Number(bits))
  return Math.floor(address / hostBits) === Math.floor(network / hostBits)
}

function ipv4(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
