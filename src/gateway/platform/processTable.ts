import { readdirSync, readFileSync } from 'node:fs'

/** One living process. A pid with its start time names a process for good; a pid alone may be used again. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly session: number
  /** As the kernel reports it: clock ticks since boot. */
  readonly startTime: number
  /** The value of `HKS_RUN_ID` in its environment. */
  readonly runId?: string
  /** The value of `HKS_HOME_ID` in its environment. */
  readonly homeId?: string
}

/** The processes of this machine that may be ended: not this one, not those it descends from, no zombies. */
export function listProcesses(): readonly ProcessEntry[] {
  const all = new Map<number, ProcessEntry>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const entry = readStat(pid)
    if (entry) all.set(pid, entry)
  }
  for (let pid: number | undefined = process.pid; pid !== undefined; ) {
    const entry = all.get(pid)
    all.delete(pid)
    pid = entry?.parent
  }
  return [...all.values()].map(entry => ({ ...entry, ...readMarks(entry.pid) }))
}

/** Reads the table of processes. */
export type ProcessScan = () => Promise<readonly ProcessEntry[]>

/** A scan that reads the table once for all who ask in the same turn: many runs may end together. */
export function createSharedScan(): ProcessScan {
  let scan: Promise<readonly ProcessEntry[]> | undefined
  return () => {
    scan ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        scan = undefined
        try {
          resolve(listProcesses())
        } catch (error) {
          reject(error as Error)
        }
      })
    })
    return scan
  }
}

/** Whether the process that the entry describes still lives. */
export function isAlive(entry: Pick<ProcessEntry, 'pid' | 'startTime'>): boolean {
  return readStat(entry.pid)?.startTime === entry.startTime
}

/** The kernel's start time of a process, or `undefined` when it is gone. */
export const startTimeOf = (pid: number): number | undefined => readStat(pid)?.startTime

/** Reads /proc/PID/stat (proc(5)); `undefined` for a process that is gone or a zombie. */
function readStat(pid: number): ProcessEntry | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may hold anything, so the fields are counted from the last parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, , session] = fields
  if (state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), session: Number(session), startTime: Number(fields[19]) }
}

function readMarks(pid: number): Pick<ProcessEntry, 'runId' | 'homeId'> {
  const text = readProc(`/proc/${pid}/environ`)
  if (text === undefined) return {}
  const runId = variable(text, 'HKS_RUN_ID')
  const homeId = variable(text, 'HKS_HOME_ID')
  return { ...(runId === undefined ? {} : { runId }), ...(homeId === undefined ? {} : { homeId }) }
}

function variable(environ: string, name: string): string | undefined {
  const begin = environ.startsWith(`${name}=`) ? 0 : environ.indexOf(`\0${name}=`) + 1
  if (begin === 0 && !environ.startsWith(`${name}=`)) return undefined
  const value = begin + name.length + 1
  const end = environ.indexOf('\0', value)
  return environ.slice(value, end < 0 ? undefined : end)
}

/** A process may end between two reads, or belong to someone else: then there is nothing to read. */
function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined
    throw error
  }
}
