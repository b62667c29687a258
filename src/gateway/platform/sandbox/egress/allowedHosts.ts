import { BlockList, isIP } from 'node:net'
import { publicAddresses } from './publicAddresses.ts'

/** Which hosts code may reach. */
export interface AllowedHosts {
  /** Whether an entry names the host, for this port. */
  allowsHost(host: string, port: number): boolean
  /** Whether an allowed host may be at this address: a public one, or one that an entry names itself. */
  allowsAddress(address: string): boolean
}

interface Entry {
  /** A name, or a suffix with a dot in front. */
  readonly host: string
  /** `undefined`: any. */
  readonly ports: readonly number[] | undefined
}

/** Ports of an entry that names none. */
const webPorts = [80, 443]
const entryPattern = /^(?<host>\[[^\]]+\]|[^:\s/]+|[0-9a-fA-F:.]+)(?::(?<port>\d{1,5}|\*))?$/

/**
 * Reads entries such as `api.example.com`, `*.example.com`, `example.com:8443`, `example.com:*`, `10.0.0.5:5432`,
 * `[fd00::1]:80`. Without a port they mean 80 and 443. Only an address among them opens a private one.
 * @throws Error that names an entry which can not be read
 */
export function readAllowedHosts(entries: readonly string[]): AllowedHosts {
  const hosts: Entry[] = []
  const named = new BlockList()
  for (const text of entries) {
    const entry = readEntry(text)
    hosts.push(entry)
    const family = isIP(entry.host)
    if (family !== 0) named.addAddress(entry.host, family === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    allowsHost: (host, port) => {
      const name = plainHost(host)
      return hosts.some(
        entry =>
          (entry.ports === undefined || entry.ports.includes(port)) &&
          (entry.host.startsWith('.') ? name.endsWith(entry.host) : name === entry.host),
      )
    },
    allowsAddress: address => {
      const family = isIP(address)
      if (family === 0) return false
      return publicAddresses.includes(address) || named.check(address, family === 4 ? 'ipv4' : 'ipv6')
    },
  }
}

/** A host as it is compared: lower case, without brackets and the dot of the root. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

function readEntry(text: string): Entry {
  const isBareIpv6 = isIP(text) === 6
  const { host, port } = (isBareIpv6 ? { host: text } : (entryPattern.exec(text)?.groups ?? {})) as Partial<
    Record<'host' | 'port', string>
  >
  if (host === undefined || host === '*' || /\*(?!\.)|.\*/.test(host)) {
    throw new Error(`"${text}" is not a host, such as api.example.com, *.example.com or example.com:8443.`)
  }
  const ports = port === undefined ? webPorts : port === '*' ? undefined : [Number(port)]
  return { host: plainHost(host.startsWith('*.') ? host.slice(1) : host), ports }
}
