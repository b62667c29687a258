import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { type Confinement, startSupervised, type Supervisor } from '../supervisor.ts'
import type { SandboxCommand } from './sandbox.ts'
import type { SandboxOutputs, SandboxProcess } from './sandboxProcess.ts'
import { seccompFilter, socketFamilies } from './seccomp/filter.ts'
import { ownSettings, systemParts } from './systemFiles.ts'

/** What a sandbox without namespaces of its own needs. */
export interface LandlockTools {
  readonly supervisor: Supervisor
  /** Folder for the temporary folders of sandboxes. */
  readonly scratchFolder: string
}

/** The limits by number (linux/resource.h). */
const resources = { cpu: 0, core: 4, files: 7 } as const

/**
 * Starts a command that the kernel's Landlock and a filter of system calls confine. Its /tmp is a folder of its own
 * without a limit, and its limit of processes is the watch's. The network is all or nothing.
 * @throws the system's error when it can not be started
 */
export async function startLandlock(
  { supervisor, scratchFolder }: LandlockTools,
  command: SandboxCommand,
  { stdout, stderr }: SandboxOutputs,
): Promise<SandboxProcess> {
  if (command.network.kind === 'allowlist') {
    throw Object.assign(new Error('An allow-list of hosts needs the sandbox level strict.'), { code: 'ENOTSUP' })
  }
  const scratch = await mkdtemp(join(scratchFolder, 'sandbox-'))
  const remove = () => rm(scratch, { recursive: true, force: true })
  try {
    const supervised = await startSupervised(supervisor, {
      argv: command.argv,
      cwd: command.cwd,
      environment: { ...command.environment, HOME: scratch, TMPDIR: scratch },
      marks: command.marks,
      stdout,
      stderr,
      channel: command.onStarterGone === 'channel' ? 'channel' : 'none',
      confinement: confinementOf(command, scratch, supervisor.architecture),
    })
    const { child, exited } = supervised
    const closed = supervised.closed.then(remove)
    return {
      stdout: child.stdout ?? undefined,
      stderr: child.stderr ?? undefined,
      channel: command.onStarterGone === 'channel' ? (child.stdio[3] as Duplex) : undefined,
      root: Promise.resolve(child.pid),
      exited: exited.then(how => {
        // What it leaves behind ends with it, as in a namespace of its own.
        supervised.end(0)
        return how
      }),
      closed,
      end: graceMs => {
        supervised.end(graceMs)
        return closed
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

function confinementOf(
  { network, mounts, limits }: SandboxCommand,
  scratch: string,
  architecture: Supervisor['architecture'],
): Confinement {
  const { unix, ipv4, ipv6, netlink } = socketFamilies
  return {
    files: [
      // Of a link the kernel takes what it leads to.
      ...systemParts(network.kind).map(({ path }) => ({ path, access: 'read' as const })),
      // What the system tells everybody; it can not be replaced here.
      ...ownSettings.map(name => ({ path: `/etc/${name}`, access: 'read' as const })),
      ...['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'].map(path => ({
        path,
        access: 'write' as const,
      })),
      ...mounts.map(({ path, access }) => ({ path, access })),
      { path: scratch, access: 'write' },
    ],
    tcp: network.kind === 'full' ? 'allowed' : 'refused',
    // Landlock knows neither UDP nor sockets of other users.
    filter: seccompFilter({ architecture, sockets: network.kind === 'full' ? [unix, ipv4, ipv6, netlink] : [] }),
    limits: [
      { resource: resources.core, value: 0 },
      { resource: resources.files, value: limits.files },
      ...(limits.cpuSeconds === undefined ? [] : [{ resource: resources.cpu, value: limits.cpuSeconds }]),
    ],
  }
}
