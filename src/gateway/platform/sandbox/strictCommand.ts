import { seccompFilter, socketFamilies } from './seccomp/filter.ts'
import type { FilteredArchitecture } from './seccomp/syscalls.ts'
import type { SandboxCommand } from './sandbox.ts'
import { ownSettingsOf, systemParts } from './systemFiles.ts'

/** What is known of the bubblewrap of this machine. */
export interface Bubblewrap {
  readonly program: string
  readonly architecture: FilteredArchitecture
  /** Whether it can forbid new user namespaces by the kernel's own limit, beside the filter. */
  readonly disablesUserNamespaces: boolean
  /** Whether a limit of processes counts those of the sandbox only (Linux 5.14). */
  readonly countsOwnProcesses: boolean
  /** Folder with `etc/`, the settings made for sandboxes. */
  readonly folder: string
}

/** Descriptors that bubblewrap reads from or writes to; 3 belongs to the command. */
export const bubblewrapDescriptors = { info: 4, filter: 5, args: 6 } as const

/** A command in bubblewrap: what goes on its command line, and what it reads from its descriptors. */
export interface StrictCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly feeds: { readonly filter: Uint8Array; readonly args: Uint8Array }
}

/** The socket of the egress proxy, as seen inside. */
export const proxySocketInside = '/run/egress.sock'

/**
 * Ends everything in the sandbox when descriptor 3 is closed. It is forked twice, so that the command does not find a
 * child that it did not start, and holds none of the command's outputs.
 */
const watcher = '( { trap \'\' TERM; read _ <&3; kill -9 -1; } >/dev/null 2>&1 & ); exec "$@" 3<&-'

/** Puts a command into bubblewrap. Most of its options go through a descriptor: they are long, and nobody's business. */
export function strictCommand(bubblewrap: Bubblewrap, command: SandboxCommand): StrictCommand {
  const { info, filter, args } = bubblewrapDescriptors
  const sockets = [socketFamilies.unix, socketFamilies.ipv4, socketFamilies.ipv6, socketFamilies.netlink]
  const watched = command.onStarterGone === 'watched' ? ['/bin/sh', '-c', watcher, 'sh'] : []
  return {
    program: bubblewrap.program,
    args: [
      ...['--info-fd', String(info), '--seccomp', String(filter), '--args', String(args), '--'],
      ...limited(bubblewrap, command),
      ...watched,
      ...command.argv,
    ],
    feeds: {
      filter: seccompFilter({ architecture: bubblewrap.architecture, sockets }),
      args: Buffer.from(
        [...isolation(bubblewrap, command), ...files(bubblewrap, command), ...environment(command)]
          .map(option => `${option}\0`)
          .join(''),
      ),
    },
  }
}

const isolation = (bubblewrap: Bubblewrap, { network }: SandboxCommand): readonly string[] => [
  '--unshare-user',
  '--unshare-all',
  ...(network.kind === 'full' ? ['--share-net'] : []),
  ...(bubblewrap.disablesUserNamespaces ? ['--disable-userns'] : []),
  ...['--uid', '1000', '--gid', '1000', '--hostname', 'sandbox'],
  ...['--cap-drop', 'ALL'],
  '--die-with-parent',
  '--new-session',
]

function files(bubblewrap: Bubblewrap, { network, mounts, limits }: SandboxCommand): readonly string[] {
  return [
    ...systemParts(network.kind).flatMap(part =>
      part.kind === 'link' ? ['--symlink', part.to, part.path] : ['--ro-bind', part.path, part.path],
    ),
    ...ownSettingsOf(bubblewrap.folder, network.kind).flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(limits.temporaryBytes), '--tmpfs', '/tmp'],
    ...['--size', String(limits.sharedMemoryBytes), '--tmpfs', '/dev/shm'],
    // After /tmp: what is mounted may lie there.
    ...mounts.flatMap(({ path, access, at }) => [access === 'read' ? '--ro-bind' : '--bind', path, at ?? path]),
    ...(network.kind === 'allowlist' ? ['--bind', network.socket, proxySocketInside] : []),
    // The root and /dev are memory without a limit; in /proc are settings of the kernel that belong to root.
    ...['--remount-ro', '/proc', '--remount-ro', '/dev', '--remount-ro', '/'],
  ]
}

const environment = ({ environment, cwd }: SandboxCommand): readonly string[] => [
  '--clearenv',
  ...Object.entries({ ...environment, HOME: '/tmp', TMPDIR: '/tmp' }).flatMap(([name, value]) => [
    '--setenv',
    name,
    value,
  ]),
  ...['--chdir', cwd],
]

/** Limits are set inside: those of processes then count for the sandbox alone. */
function limited({ countsOwnProcesses }: Bubblewrap, { limits }: SandboxCommand): readonly string[] {
  return [
    '/usr/bin/prlimit',
    ...(countsOwnProcesses ? [`--nproc=${limits.processes}`] : []),
    `--nofile=${limits.files}`,
    '--core=0',
    ...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
    '--',
  ]
}
