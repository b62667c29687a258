import { request as requestHttp } from 'node:http'
import { Agent, type AgentOptions, request as requestHttps } from 'node:https'
import { connect as connectTls, createSecureContext, getCACertificates } from 'node:tls'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { BrokenTransfer } from './registryError.ts'

/** Connections over TLS, through a proxy where the environment names one. */
export interface TlsAgents extends Disposable {
  agentFor(url: URL): Agent
}

/** What they need. */
export interface TlsOptions {
  readonly certificateAuthorities: string | undefined
  readonly environment: Readonly<Record<string, string>>
}

/** Below what a connection is given as a whole, so that the proxy is named. */
const proxyMs = 8000

/** Connections are trusted as the system trusts, and by the certificates that are named besides. */
export function createTlsAgents({ certificateAuthorities, environment }: TlsOptions): TlsAgents {
  const agents: Agent[] = []
  const open = () => {
    // Read once: it takes a while for each of the system's certificates.
    const secureContext = createSecureContext({ ca: trusted(certificateAuthorities) })
    const options = { keepAlive: true, secureContext }
    const proxy = proxyOf(environment)
    const direct = new Agent(options)
    const proxied = proxy && createProxiedAgent(options, proxy)
    agents.push(direct, ...(proxied ? [proxied] : []))
    const without = variable(environment, 'no_proxy') ?? ''
    return (url: URL) => (proxied === undefined || isExempt(url, without) ? direct : proxied)
  }
  let choose: ReturnType<typeof open> | undefined
  return {
    agentFor: url => (choose ??= open())(url),
    [Symbol.dispose]: () => agents.forEach(agent => agent.destroy()),
  }
}

/** What Node trusts by itself has not the certificates that a company adds to its machines. */
function trusted(more: string | undefined): string[] {
  const known = [...getCACertificates('default'), ...getCACertificates('system')]
  return [...new Set([...known, ...(more === undefined ? [] : [more])])]
}

/** As curl does it: the small letters go first. */
const variable = (environment: Readonly<Record<string, string>>, name: string): string | undefined =>
  environment[name] || environment[name.toUpperCase()] || undefined

function proxyOf(environment: Readonly<Record<string, string>>): URL | undefined {
  const text = variable(environment, 'https_proxy')
  const url = text && URL.parse(text.includes('://') ? text : `http://${text}`)
  if (text === undefined) return undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`HTTPS_PROXY is ${text}, which names no proxy over http`)
  return url
}

/** `host`, `.domain`, `host:port` or `*`, separated by commas or spaces; a name stands for what is below it, too. */
function isExempt({ hostname, host, port }: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(rule => rule !== '')
    .some(rule => {
      const name = rule.replace(/^\*?\./, '').toLowerCase()
      return rule === '*' || name === (port === '' ? `${host}:443` : host) || `.${hostname}`.endsWith(`.${name}`)
    })
}

/** An agent whose connections are tunnels (CONNECT) through a proxy. */
function createProxiedAgent(options: AgentOptions, proxy: URL): Agent {
  const agent = new Agent(options)
  agent.createConnection = ({ host, port, servername }: AgentOptions & { host?: string; port?: number }, made) => {
    const done = made as (error: Error | null, socket?: Duplex) => void
    openTunnel(proxy, `${host}:${port ?? 443}`).then(
      socket =>
        done(
          null,
          connectTls({
            socket,
            host: host ?? '',
            servername: servername ?? host,
            secureContext: options.secureContext,
          }),
        ),
      (error: Error) => done(error),
    )
    return undefined
  }
  return agent
}

function openTunnel(proxy: URL, target: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const { username, password } = proxy
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const request = proxy.protocol === 'https:' ? requestHttps : requestHttp
  const asked = request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    ...(proxy.port !== '' && { port: Number(proxy.port) }),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(username !== '' && { 'proxy-authorization': `Basic ${login}` }) },
    agent: false,
    timeout: proxyMs,
  })
  asked.once('timeout', () => asked.destroy(new BrokenTransfer(`the proxy ${proxy.host} does not answer`)))
  asked.once('error', reject)
  asked.once('connect', (answer, socket) => {
    if (answer.statusCode === 200) return resolve(socket)
    socket.destroy()
    reject(new Error(`the proxy ${proxy.host} refuses ${target} with HTTP ${answer.statusCode}`))
  })
  asked.end()
  return promise
}
