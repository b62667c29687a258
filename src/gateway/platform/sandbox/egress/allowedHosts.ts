import { BlockList, isIP } from 'node:net'
import { type AllowedHost, plainHost, readAllowedHost } from '../../../../base/allowedHost.ts'
import { publicAddresses } from './publicAddresses.ts'

/** Which hosts code may reach. */
export interface AllowedHosts {
  /** Whether an entry names the host, for this port. */
  allowsHost(host: string, port: number): boolean
  /** Whether an allowed host may be at this address: a public one, or one that an entry names itself, for this port. */
  allowsAddress(address: string, port: number): boolean
}

/** No hosts. */
export const noHosts: AllowedHosts = { allowsHost: () => false, allowsAddress: () => false }

/** Reads entries as `readAllowedHost` does. Only an address among them opens a private one. @throws AllowedHostError */
export function readAllowedHosts(entries: readonly string[]): AllowedHosts {
  const hosts = entries.map(readAllowedHost)
  const named = hosts.filter(({ isAddress }) => isAddress).map(entry => ({ entry, list: listOf(entry.host) }))
  return {
    allowsHost: (host, port) => {
      const name = plainHost(host)
      return hosts.some(
        entry =>
          isPortOf(entry, port) && (entry.host.startsWith('.') ? name.endsWith(entry.host) : name === entry.host),
      )
    },
    allowsAddress: (address, port) => {
      const family = isIP(address)
      if (family === 0) return false
      if (publicAddresses.includes(address)) return true
      return named.some(
        ({ entry, list }) => isPortOf(entry, port) && list.check(address, family === 4 ? 'ipv4' : 'ipv6'),
      )
    },
  }
}

const isPortOf = ({ ports }: AllowedHost, port: number): boolean => ports === 'any' || ports.includes(port)

function listOf(address: string): BlockList {
  const list = new BlockList()
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return list
}
