import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/** The names that tools which run a cluster on one's own machine give to its context. */
const localNames =
  /^(kind-.+|k3d-.+|minikube|docker-desktop|docker-for-desktop|rancher-desktop|colima(-.+)?|orbstack|microk8s)$/

/**
 * Whether a context leads to a cluster on this very machine. A loopback address alone says nothing (a tunnel to
 * production has one too), nor does a name alone: counted is an address that a network interface of this machine has, or
 * a private or loopback address under the name that a tool for local clusters gives.
 */
export function looksLocal(
  context: { readonly name: string; readonly server: string },
  own: readonly string[] = ownAddresses(),
): boolean {
  const host = new URL(context.server).hostname.replace(/^\[(.*)\]$/, '$1')
  if (own.includes(host)) return true
  return localNames.test(context.name) && isPrivate(host)
}

/** Addresses of this machine's interfaces that are not loopback. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(list =>
    (list ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  )
}

function isPrivate(host: string): boolean {
  if (['localhost', 'kubernetes.docker.internal', 'k8s.orb.local'].includes(host)) return true
  const family = isIP(host)
  return family !== 0 && privateAddresses.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

// 0.0.0.0 is what k3d writes for this machine; the others are of RFC 1918 and RFC 4193.
const privateAddresses = new BlockList()
privateAddresses.addAddress('0.0.0.0')
privateAddresses.addSubnet('127.0.0.0', 8)
privateAddresses.addSubnet('10.0.0.0', 8)
privateAddresses.addSubnet('172.16.0.0', 12)
privateAddresses.addSubnet('192.168.0.0', 16)
privateAddresses.addAddress('::1', 'ipv6')
privateAddresses.addSubnet('fc00::', 7, 'ipv6')
