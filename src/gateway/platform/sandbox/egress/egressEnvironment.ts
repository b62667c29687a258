import { proxySocketInside } from '../strictCommand.ts'

const proxy = 'http://127.0.0.1:3128'

/** What a runtime needs in its environment to reach the allowed hosts: it opens the port and forwards it to the proxy. */
export const egressEnvironment: Readonly<Record<string, string>> = {
  HKS_EGRESS_SOCKET: proxySocketInside,
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  // The sandbox's own loopback has this name alone: 127.0.0.1 may be named as this machine's.
  NO_PROXY: 'localhost',
  no_proxy: 'localhost',
  NODE_USE_ENV_PROXY: '1',
}
