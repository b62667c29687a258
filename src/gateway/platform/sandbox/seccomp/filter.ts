import { assemble, type BpfInstruction, give, loadWord, when, whenNot } from './bpf.ts'
import { auditArchitecture, type FilteredArchitecture, syscallsOf } from './syscalls.ts'

/** What a filter lets through besides ordinary calls. */
export interface FilterOptions {
  readonly architecture: FilteredArchitecture
  /** Families of sockets that may be made, as in {@link socketFamilies}; others fail with EAFNOSUPPORT. */
  readonly sockets: readonly number[]
}

/** Families of sockets (linux/socket.h). */
export const socketFamilies = { unix: 1, ipv4: 2, ipv6: 10, netlink: 16 } as const

/** Verdicts (linux/seccomp.h). */
export const verdicts = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  /** The call fails with this error number. */
  fail: (errno: number): number => 0x00050000 | errno,
} as const

/** Error numbers, the same on both architectures. */
export const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const

/** Offsets in `struct seccomp_data`; of an argument only the low half is read, as the kernel reads these arguments. */
const data = { number: 0, architecture: 4, argument: (index: number) => 16 + 8 * index } as const

/** From here on x86_64 takes numbers for the x32 ABI, which the table does not know. */
const x32Numbers = 0x40000000

/** CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWNS. CLONE_NEWTIME is for clone3 only. */
const newNamespaces = 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000

/** TIOCSTI and TIOCLINUX put input into a terminal. */
const terminalInput = [0x5412, 0x541c]

/** What {@link seccompFilter} assembles, for a test to interpret. */
export function filterProgram({ architecture, sockets }: FilterOptions): readonly BpfInstruction[] {
  const { refused, unseenMemory, inspected } = syscallsOf(architecture)
  const refuse = [give(verdicts.fail(errno.EPERM))]
  return [
    loadWord(data.architecture),
    ...whenNot(auditArchitecture[architecture], [give(verdicts.killProcess)]),
    loadWord(data.number),
    ...(architecture === 'x64' ? when('jumpIfAtLeast', x32Numbers, [give(verdicts.killProcess)]) : []),
    ...refused.flatMap(number => when('jumpIfEqual', number, refuse)),
    // As on a kernel without them, which programs can do without.
    ...[...unseenMemory, inspected.clone3].flatMap(number =>
      when('jumpIfEqual', number, [give(verdicts.fail(errno.ENOSYS))]),
    ),
    ...when('jumpIfEqual', inspected.clone, [
      loadWord(data.argument(0)),
      ...when('jumpIfAnyBit', newNamespaces, refuse),
      give(verdicts.allow),
    ]),
    ...when('jumpIfEqual', inspected.ioctl, [
      loadWord(data.argument(1)),
      ...terminalInput.flatMap(request => when('jumpIfEqual', request, refuse)),
      give(verdicts.allow),
    ]),
    ...when('jumpIfEqual', inspected.socket, [
      loadWord(data.argument(0)),
      ...sockets.flatMap(family => when('jumpIfEqual', family, [give(verdicts.allow)])),
      give(verdicts.fail(errno.EAFNOSUPPORT)),
    ]),
    give(verdicts.allow),
  ]
}

/** The filter for a process and all that it starts, as `prctl(2)` and `bwrap --seccomp` take it. */
export const seccompFilter = (options: FilterOptions): Uint8Array => assemble(filterProgram(options))

/** Narrows Node's name of a processor to one that the filter has a table for. */
export const isFiltered = (architecture: string): architecture is FilteredArchitecture =>
  architecture in auditArchitecture
