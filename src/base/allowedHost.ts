/** What one entry of an allow-list of hosts means. */
export interface AllowedHost {
  /** As URLs write it, addresses without brackets; one with a dot in front stands for all names that end so. */
  readonly host: string
  readonly isAddress: boolean
  readonly ports: 'any' | readonly number[]
}

/** An entry can not be read; the message is a sentence that names it. */
export class AllowedHostError extends Error {
  override readonly name = 'AllowedHostError'
}

/** What an entry looks like. */
export const allowedHostExample = 'api.example.com, *.example.com, example.com:8443 or 10.0.0.5:5432'

/** Ports of an entry that names none. */
const webPorts = [80, 443]
const form = /^(?<host>\[[^\]]*\]|[^:]+)(?::(?<port>\d{1,5}|\*))?$/
const nameForm = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/
const ipv4Form = /^\d{1,3}(?:\.\d{1,3}){3}$/

/**
 * Reads an entry such as `api.example.com`, `*.example.com`, `example.com:8443`, `example.com:*`, `10.0.0.5:5432` or
 * `[fd00::1]:80`. Without a port it means 80 and 443.
 * @throws AllowedHostError
 */
export function readAllowedHost(entry: string): AllowedHost {
  const groups = form.exec(isBareIpv6(entry) ? `[${entry}]` : entry)?.groups
  const text = groups?.['host'] ?? ''
  const isSuffix = text.startsWith('*.')
  const host = canonicalHost(isSuffix ? text.slice(2) : text)
  if (host === undefined || (isSuffix && host.isAddress)) throw unreadable(entry)
  if (/(?:^|\.)localhost$/.test(host.text)) {
    throw new AllowedHostError(
      `"${entry}": localhost is the sandbox's own. This machine is named by its address, as in 127.0.0.1:5432.`,
    )
  }
  const ports = portsOf(groups?.['port'])
  if (ports === undefined) throw new AllowedHostError(`"${entry}": a port is a number from 1 to 65535, or *.`)
  return { host: isSuffix ? `.${host.text}` : host.text, isAddress: host.isAddress, ports }
}

/** A host as entries are compared with it: lower case, without brackets and the dot of the root. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

const isBareIpv6 = (entry: string): boolean => !entry.startsWith('[') && entry.split(':').length > 2

/** What a URL makes of a host: international names in ASCII, short forms of addresses in full. */
function canonicalHost(text: string): { readonly text: string; readonly isAddress: boolean } | undefined {
  if (/[\s/?#@\\%]/.test(text)) return undefined
  const written = URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : ''
  if (written.startsWith('[')) return { text: plainHost(written), isAddress: true }
  // 010.0.0.1, 2130706433 and the like are addresses that nobody recognises.
  if (ipv4Form.test(written)) return written === text ? { text, isAddress: true } : undefined
  const name = plainHost(written)
  return nameForm.test(name) ? { text: name, isAddress: false } : undefined
}

function portsOf(port: string | undefined): AllowedHost['ports'] | undefined {
  if (port === undefined) return webPorts
  if (port === '*') return 'any'
  const number = Number(port)
  return number >= 1 && number <= 65_535 ? [number] : undefined
}

const unreadable = (entry: string): AllowedHostError =>
  new AllowedHostError(`"${entry}" is not a host, such as ${allowedHostExample}.`)
