import type { SandboxLevel } from '../../../../src/gateway/platform/sandbox/sandbox.ts'

/** What an attack comes to: `open for root` only, or `open where it is`, on a machine that has what is attacked. */
export type Outcome = 'blocked' | 'open' | 'open for root' | 'open where it is'

/** One attack with what it comes to at each level. */
export interface Attack {
  /** As `docs/security.md` names it. */
  readonly title: string
  /** The attack of `test/fixtures/sandbox/attack.*` and its arguments; `{name}` is filled in by the starter. */
  readonly args: readonly [string, ...string[]]
  readonly programs: readonly ('python3' | 'node')[]
  readonly outcomes: Readonly<Record<SandboxLevel, Outcome>>
}

const both = ['python3', 'node'] as const
const python = ['python3'] as const
const blockedUntilNone = { strict: 'blocked', landlock: 'blocked', none: 'open' } as const
const onlyRoots = { strict: 'blocked', landlock: 'blocked', none: 'open for root' } as const
const whereItIs = { strict: 'blocked', landlock: 'blocked', none: 'open where it is' } as const
const everywhere = { strict: 'blocked', landlock: 'blocked', none: 'blocked' } as const

/** The attacks. */
export const attacks: readonly Attack[] = [
  { title: 'read `/etc/shadow`', args: ['read', '/etc/shadow'], programs: both, outcomes: onlyRoots },
  { title: 'read a key in `~/.ssh`', args: ['read', '{home}/.ssh/key'], programs: both, outcomes: blockedUntilNone },
  { title: 'read a file of the gateway', args: ['read', '{data}'], programs: both, outcomes: blockedUntilNone },
  { title: 'write to the home folder', args: ['write', '{home}/x'], programs: both, outcomes: blockedUntilNone },
  { title: 'write to its own code', args: ['mayWrite', '{code}'], programs: python, outcomes: blockedUntilNone },
  { title: "write to the machine's `/tmp`", args: ['write', '{tmp}'], programs: both, outcomes: blockedUntilNone },
  { title: 'write to `/etc`', args: ['write', '{etc}'], programs: both, outcomes: onlyRoots },
  {
    title: 'change a setting of the kernel',
    args: ['mayWrite', '/proc/sys/kernel/core_pattern'],
    programs: python,
    outcomes: onlyRoots,
  },
  {
    title: 'connect to the gateway (TCP, 127.0.0.1)',
    args: ['tcp', '127.0.0.1', '{tcp}'],
    programs: both,
    outcomes: blockedUntilNone,
  },
  {
    title: 'connect to another interface (TCP)',
    args: ['tcp', '{interface}', '{tcp}'],
    programs: both,
    outcomes: blockedUntilNone,
  },
  { title: 'send UDP', args: ['udp', '127.0.0.1', '{udp}'], programs: both, outcomes: blockedUntilNone },
  { title: 'connect to a Unix socket', args: ['unix', '{unix}'], programs: both, outcomes: blockedUntilNone },
  { title: 'connect to an abstract socket', args: ['unix', '{abstract}'], programs: both, outcomes: blockedUntilNone },
  {
    title: 'open a socket of another family (vsock)',
    args: ['family', '40'],
    programs: python,
    outcomes: whereItIs,
  },
  { title: 'signal the gateway', args: ['kill', '{pid}', '{signal}'], programs: both, outcomes: blockedUntilNone },
  { title: 'trace the gateway (ptrace)', args: ['trace', '{pid}'], programs: python, outcomes: blockedUntilNone },
  {
    title: "read another process's environment",
    args: ['someProcess', 'environ', '{terces}'],
    programs: both,
    outcomes: blockedUntilNone,
  },
  {
    title: 'see the processes of the machine',
    args: ['someProcess', 'cmdline', '{kram}'],
    programs: both,
    outcomes: blockedUntilNone,
  },
  {
    title: "find the gateway's secrets in its own environment",
    args: ['ownEnvironment', 'HKS_ATTACK_SECRET'],
    programs: both,
    outcomes: everywhere,
  },
  {
    title: 'make a user namespace',
    args: ['newNamespace', '10000000'],
    programs: python,
    outcomes: blockedUntilNone,
  },
  { title: 'mount a file system', args: ['mount', '{mountPoint}'], programs: python, outcomes: onlyRoots },
  { title: 'make an `io_uring`', args: ['ring'], programs: python, outcomes: whereItIs },
  { title: "use the kernel's keyring", args: ['keyring'], programs: python, outcomes: blockedUntilNone },
  {
    title: 'hold memory that no process maps (memfd)',
    args: ['unmappedMemory'],
    programs: python,
    outcomes: blockedUntilNone,
  },
  {
    title: 'hold memory that no process maps (System V)',
    args: ['sharedSegment'],
    programs: python,
    outcomes: blockedUntilNone,
  },
  { title: 'gain rights by a setuid program', args: ['newPrivileges'], programs: python, outcomes: blockedUntilNone },
  {
    title: 'fill `/dev/shm` (200 MB)',
    args: ['fill', '/dev/shm', '200'],
    programs: python,
    outcomes: blockedUntilNone,
  },
  {
    title: 'fill `/tmp` (200 MB)',
    args: ['fill', '{TMPDIR}', '200'],
    programs: python,
    outcomes: { strict: 'blocked', landlock: 'open', none: 'open' },
  },
  { title: 'start 5,000 processes', args: ['fork', '{processes}'], programs: python, outcomes: blockedUntilNone },
  { title: 'allocate 4 GB', args: ['allocate', '4096'], programs: both, outcomes: everywhere },
  {
    title: 'leave a daemon with another environment',
    args: ['daemon', '{daemon}'],
    programs: python,
    outcomes: blockedUntilNone,
  },
]
