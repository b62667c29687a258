/**
 * How far code is kept from the rest of the machine. `strict`: bubblewrap, with namespaces of its own. `landlock`: the
 * kernel's file rules and a filter of system calls. `none`: only its processes are kept together.
 */
export type SandboxLevel = 'strict' | 'landlock' | 'none'

/** What code may reach: everything, only a proxy behind a Unix socket, or nothing. */
export type NetworkAccess = { readonly kind: 'full' | 'none' } | { readonly kind: 'allowlist'; readonly socket: string }

/** A file or folder of this machine that the code sees. */
export interface SandboxMount {
  readonly path: string
  readonly access: 'read' | 'write'
  /** Where it is seen at `strict`; at its own path without it. See {@link pathInside}. */
  readonly at?: string
}

/** What the code may use up. */
export interface SandboxLimits {
  /** Processes and threads. */
  readonly processes: number
  /** Open files of one process. */
  readonly files: number
  /** Bytes in /tmp. */
  readonly temporaryBytes: number
  /** Bytes in /dev/shm. */
  readonly sharedMemoryBytes: number
  /** Seconds of processor time of one process; unlimited without it. */
  readonly cpuSeconds?: number
}

/** Limits that ordinary functions do not meet. */
export const defaultLimits: SandboxLimits = {
  processes: 128,
  files: 1024,
  temporaryBytes: 64 * 1024 ** 2,
  sharedMemoryBytes: 16 * 1024 ** 2,
}

/** Code that is not trusted, and what it gets. */
export interface SandboxCommand {
  /** Program and arguments as they are seen inside; the program is an absolute path. */
  readonly argv: readonly [string, ...string[]]
  /** As seen inside. */
  readonly cwd: string
  /** The whole environment but for HOME and TMPDIR. Nothing secret: other programs of this user may read it. */
  readonly environment: Readonly<Record<string, string>>
  /** What only its outermost process has in its environment: by it the sandbox is found from outside. */
  readonly marks: Readonly<Record<string, string>>
  /** What it sees besides the system's programs and libraries; the interpreter's own folder, for example. */
  readonly mounts: readonly SandboxMount[]
  readonly network: NetworkAccess
  readonly limits: SandboxLimits
  /**
   * `channel`: it gets descriptor 3 and ends by itself when that is closed, as runtimes do. `watched`: it gets no
   * descriptor; all of it is ended when its starter is gone.
   */
  readonly onStarterGone: 'channel' | 'watched'
}

/** Where code sees a path of this machine: the same at every level but `strict`, where a mount may have moved it. */
export function pathInside(level: SandboxLevel, mounts: readonly SandboxMount[], path: string): string {
  if (level !== 'strict') return path
  const mount = mounts.find(one => path === one.path || path.startsWith(`${one.path}/`))
  return mount?.at === undefined ? path : mount.at + path.slice(mount.path.length)
}
