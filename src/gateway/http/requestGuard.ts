import type { IncomingHttpHeaders } from 'node:http'
import { HksError } from '../../contract/errors.ts'

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Refuses what a web page could send: a Host that is not a loopback name with our port (DNS rebinding), and any
 * foreign Origin. @throws HksError FORBIDDEN
 */
export function guardRequest(headers: IncomingHttpHeaders, port: number): void {
  const host = headers.host?.toLowerCase() ?? ''
  const colon = host.lastIndexOf(':')
  if (!loopbackNames.has(host.slice(0, colon)) || host.slice(colon + 1) !== String(port)) {
    throw new HksError('FORBIDDEN', `Host: "${host}" is not this gateway's address.`, {
      details: { header: 'Host' },
      hint: `Use 127.0.0.1:${port}.`,
    })
  }
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new HksError('FORBIDDEN', `Origin: "${origin}" may not use this gateway.`, {
      details: { header: 'Origin' },
      hint: 'Web pages have no access; use the command line or the editor.',
    })
  }
}
