/** How the identity of processes is looked up; each answers `undefined` when there is nothing to read. */
export interface SystemLookup {
  /** As `process.platform` says. */
  readonly platform: string
  readText(file: string): string | undefined
  /** Runs a program and answers its standard output. */
  run(program: string, args: readonly string[]): string | undefined
}

/**
 * When a process started, as its kernel says it: with the pid it names a process for good. `undefined` for one that is
 * gone. Linux: field 22 of /proc/PID/stat (proc(5)); elsewhere `ps`.
 */
export function processStartTime(pid: number, system: SystemLookup): string | undefined {
  if (system.platform !== 'linux') return system.run('ps', ['-o', 'lstart=', '-p', String(pid)])?.trim() || undefined
  const stat = system.readText(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The name in parentheses may hold anything, so the fields are counted from the last parenthesis.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : fields[18]
}

/** Names this start of the machine, so that a start time of another one is not mistaken for ours. */
export function machineBootId(system: SystemLookup): string {
  const id =
    system.platform === 'linux'
      ? system.readText('/proc/sys/kernel/random/boot_id')
      : system.run('sysctl', ['-n', 'kern.bootsessionuuid'])
  return id?.trim() || 'unknown'
}
