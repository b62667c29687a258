/** Processors that the filter knows, by their name in Node. */
export type FilteredArchitecture = 'x64' | 'arm64'

/** What the kernel calls the architecture of a system call (linux/audit.h). */
export const auditArchitecture: Readonly<Record<FilteredArchitecture, number>> = {
  x64: 0xc000003e,
  arm64: 0xc00000b7,
}

/** Numbers of system calls on x86_64 and arm64; a call that arm64 does not have has one number only. */
type Numbers = readonly [x64: number, arm64?: number]

/** Calls that code in a sandbox has no use for, or that lead out of it. They are refused with EPERM. */
const refused: Readonly<Record<string, Numbers>> = {
  // Other processes: their memory, registers and descriptors.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  // Large parts of the kernel with a history of holes.
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  perf_event_open: [298, 241],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  fanotify_init: [300, 262],
  modify_ldt: [154],
  // Namespaces and mounts.
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // The machine itself.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  syslog: [103, 116],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  ioperm: [173],
  iopl: [172],
  vhangup: [153, 58],
}

/** Memory that no process maps, so that no watch sees it. */
const unseenMemory: Readonly<Record<string, Numbers>> = {
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  shmget: [29, 194],
  msgget: [68, 186],
}

/** Calls that are looked at more closely. */
const inspected = {
  clone: [56, 220],
  clone3: [435, 435],
  ioctl: [16, 29],
  socket: [41, 198],
} as const satisfies Readonly<Record<string, Numbers>>

/** A name of {@link inspected}. */
export type InspectedCall = keyof typeof inspected

const column = { x64: 0, arm64: 1 } as const

const numbersOf = (table: Readonly<Record<string, Numbers>>, architecture: FilteredArchitecture) =>
  Object.values(table).flatMap(numbers => numbers[column[architecture]] ?? [])

/** The system calls of one architecture by what the filter does with them. */
export function syscallsOf(architecture: FilteredArchitecture): {
  readonly refused: readonly number[]
  readonly unseenMemory: readonly number[]
  readonly inspected: Readonly<Record<InspectedCall, number>>
} {
  const at = column[architecture]
  return {
    refused: numbersOf(refused, architecture),
    unseenMemory: numbersOf(unseenMemory, architecture),
    inspected: {
      clone: inspected.clone[at],
      clone3: inspected.clone3[at],
      ioctl: inspected.ioctl[at],
      socket: inspected.socket[at],
    },
  }
}
