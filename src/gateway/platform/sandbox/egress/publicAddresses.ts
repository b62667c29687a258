import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Ranges that are not of the public internet (RFC 6890): this machine, its networks, groups, translations of these. */
const special = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, bits, 'ipv4')
}
/** Of IPv6 only 2000::/3 is public; in it lie tunnels, whose ends may be anywhere, and documentation. */
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, bits, 'ipv6')
}

/** The addresses of the public internet. */
export const publicAddresses = {
  /** Whether an address is public and not one of this machine's own. */
  includes: (address: string): boolean => {
    const family = isIP(address)
    if (family === 0 || isOwn(address)) return false
    if (family === 4) return !special.check(address, 'ipv4')
    return globalIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6')
  },
} as const

const isOwn = (address: string): boolean =>
  Object.values(networkInterfaces()).some(found => found?.some(own => own.address === address))
