import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type AllowedHosts, noHosts } from './allowedHosts.ts'
import { type Refusal, startEgressProxy } from './egressProxy.ts'
import { createLookups, type ResolveHost } from './lookups.ts'

/** The way out of one sandbox. Nothing is let through before it is known whose sandbox it is. */
export interface Egress {
  /** Path of the proxy's socket. */
  readonly socket: string
  /** From now on these hosts may be reached; each refusal is told. `onRefusal` must not throw. */
  allow(hosts: AllowedHosts, onRefusal: (refusal: Refusal) => void): void
  /** Ends all connections, and removes the socket. Idempotent. */
  close(): Promise<void>
}

/** The ways out of the sandboxes of one gateway. */
export interface Egresses extends AsyncDisposable {
  /** Its owner closes it. `name` is a file name that nothing else has. */
  open(name: string): Promise<Egress>
}

/** Keeps the sockets in a folder of their own, which it makes. Linux only. */
export function createEgresses(folder: string, resolve: ResolveHost = createLookups()): Egresses {
  let directory: Promise<FileHandle> | undefined
  const openFolder = async (): Promise<FileHandle> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  }
  return {
    open: async name => {
      const opening = (directory ??= openFolder())
      // What keeps it from being made, such as a full disk, may be over by the next time.
      opening.catch(() => {
        if (directory === opening) directory = undefined
      })
      const { fd } = await opening
      let hosts = noHosts
      let tell: (refusal: Refusal) => void = () => undefined
      const proxy = await startEgressProxy({
        // An address of a socket has 107 bytes at most; that of a data folder may be longer.
        socket: `/proc/self/fd/${fd}/${name}`,
        allowed: {
          allowsHost: (host, port) => hosts.allowsHost(host, port),
          allowsAddress: (address, port) => hosts.allowsAddress(address, port),
        },
        onRefusal: refusal => tell(refusal),
        resolve,
      })
      let closing: Promise<void> | undefined
      return {
        socket: join(folder, name),
        allow: (allowed, onRefusal) => {
          hosts = allowed
          tell = onRefusal
        },
        close: () => (closing ??= proxy.close()),
      }
    },
    [Symbol.asyncDispose]: async () => {
      await (await directory)?.close()
      directory = undefined
    },
  }
}
