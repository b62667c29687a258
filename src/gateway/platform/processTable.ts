import { readdirSync, readFileSync } from 'node:fs'
import { psVariable, readPs } from './psTable.ts'

/** One living process. A pid with its start time names a process for good; a pid alone may be used again. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** Its session, or its process group where the system does not tell sessions. */
  readonly session: number
  /** As the system reports it: clock ticks since boot (Linux) or epoch milliseconds. Only compared, never read. */
  readonly startTime: number
  /** The value of `HKS_RUN_ID` in its environment. */
  readonly runId?: string
  /** The value of `HKS_HOME_ID` in its environment. */
  readonly homeId?: string
}

/** The processes of this machine that may be ended: not this one, not those it descends from, no zombies. */
export function listProcesses(): readonly ProcessEntry[] {
  const all = new Map((onLinux ? readProcTable() : readPsTable()).map(entry => [entry.pid, entry]))
  for (let pid: number | undefined = process.pid; pid !== undefined; ) {
    const entry = all.get(pid)
    all.delete(pid)
    pid = entry?.parent
  }
  return [...all.values()].map(entry => (onLinux ? { ...entry, ...readMarks(entry.pid) } : entry))
}

const onLinux = process.platform === 'linux'

const readProcTable = (): readonly ProcessEntry[] =>
  readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []))

const readPsTable = (): readonly ProcessEntry[] =>
  readPs().map(({ pid, parent, group, startTime, text }) => ({
    pid,
    parent,
    session: group,
    startTime,
    ...marks(psVariable(text, 'HKS_RUN_ID'), psVariable(text, 'HKS_HOME_ID')),
  }))

/** Reads the table of processes. */
export type ProcessScan = () => Promise<readonly ProcessEntry[]>

/** A scan that reads the table once for all who ask in the same turn: many runs may end together. */
export function createSharedScan(): ProcessScan {
  let scan: Promise<readonly ProcessEntry[]> | undefined
  return () => {
    scan ??= new Promise<void>(resolve => setImmediate(resolve)).then(() => {
      scan = undefined
      return listProcesses()
    })
    return scan
  }
}

/** Whether the process that the entry describes still lives. */
export function isAlive(entry: Pick<ProcessEntry, 'pid' | 'startTime'>): boolean {
  return startTimeOf(entry.pid) === entry.startTime
}

/** The start time of a process as in {@link ProcessEntry}, or `undefined` when it is gone. */
export const startTimeOf = (pid: number): number | undefined => (onLinux ? readStat(pid) : readPs(pid)[0])?.startTime

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
  return marks(variable(text, 'HKS_RUN_ID'), variable(text, 'HKS_HOME_ID'))
}

const marks = (runId: string | undefined, homeId: string | undefined): Pick<ProcessEntry, 'runId' | 'homeId'> => ({
  ...(runId === undefined ? {} : { runId }),
  ...(homeId === undefined ? {} : { homeId }),
})

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
