import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { LogStore } from '../../domain/log.ts'
import { type ApplicationLog, appendLines, beginSegment, closeFile, openApplicationLog } from './applicationLog.ts'
import { type LogLimits, removeSegments } from './logRetention.ts'
import { readLog } from './readLog.ts'
import { folderOf, logFailure, readIndex, setAside } from './segmentFiles.ts'
import type { SegmentIndex } from './segmentIndex.ts'

/** What may be chosen about the files. */
export interface LogStoreOptions {
  /** A segment takes no more lines once it has this many bytes; 4 MB unless said. */
  readonly segmentBytes?: number
  /** Files held open for writing, at most; 128 unless said. */
  readonly openFiles?: number
  /** Called each time about this many bytes more are stored: what writes fast is not to wait for a clock. */
  readonly growth?: { readonly bytes: number; readonly onGrown: () => void }
}

/** Logs in append-only segment files, a folder per application. */
export interface SegmentLogStore extends LogStore {
  /** Removes what is too old or too much; called from time to time. */
  retain(limits: LogLimits): Promise<void>
  /** Closes all files. What was appended is with the operating system already. */
  close(): void
}

/** Indexes of finished segments kept in memory. */
const cachedIndexes = 64

/** Opens the logs below `root`; a log is looked at when it is first used. One process may have a folder open. */
export function createLogStore(root: string, options: LogStoreOptions = {}): SegmentLogStore {
  const { segmentBytes = 4 * 1024 * 1024, openFiles = 128, growth } = options
  let grown = 0
  const logs = new Map<string, ApplicationLog>()
  const indexes = createIndexCache()
  const listeners = new Map<string, Set<() => void>>()
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw logFailure(root, error)
  }

  const logOf = (applicationId: string): ApplicationLog => {
    const log = logs.get(applicationId) ?? openApplicationLog(folderOf(root, applicationId))
    // Last used, last in the map.
    logs.delete(applicationId)
    logs.set(applicationId, log)
    return log
  }
  const closeUnused = (): void => {
    const open = [...logs.values()].filter(log => log.file !== undefined)
    open.slice(0, Math.max(0, open.length - openFiles)).forEach(closeFile)
  }

  return {
    append: (applicationId, lines) => {
      const log = logOf(applicationId)
      if (lines.length === 0) return log.active.nextSeq - 1
      const wasOpen = log.file !== undefined
      try {
        grown += appendLines(log, lines, segmentBytes)
      } finally {
        if (!wasOpen) closeUnused()
        for (const callback of [...(listeners.get(applicationId) ?? [])]) callback()
      }
      if (growth && grown >= growth.bytes) {
        grown = 0
        growth.onGrown()
      }
      return log.active.nextSeq - 1
    },

    read: async (applicationId, selection) => {
      const { folder, finished, active } = logOf(applicationId)
      const index = async (firstSeq: number) => (firstSeq === active.firstSeq ? active : indexes.get(folder, firstSeq))
      return readLog(
        { folder, segments: [...finished, active.firstSeq], lastSeq: active.nextSeq - 1, index },
        selection,
      )
    },

    onAppend: (applicationId, callback) => {
      const callbacks = listeners.get(applicationId) ?? new Set()
      listeners.set(applicationId, callbacks)
      // A function of its own, so that one that is given twice is called twice.
      const entry = () => callback()
      callbacks.add(entry)
      return {
        [Symbol.dispose]: () => {
          callbacks.delete(entry)
          if (callbacks.size === 0 && listeners.get(applicationId) === callbacks) listeners.delete(applicationId)
        },
      }
    },

    remove: async applicationId => {
      const log = logs.get(applicationId)
      if (log) closeFile(log)
      logs.delete(applicationId)
      const folder = folderOf(root, applicationId)
      indexes.forget(folder)
      const aside = setAside(root, folder)
      if (aside !== undefined) await rm(aside, { recursive: true, force: true })
    },

    retain: async limits => {
      await removeSegments(root, limits, ({ applicationId, firstSeq, isLast }) => {
        const log = isLast ? logOf(applicationId) : logs.get(applicationId)
        if (!log) return
        if (log.active.firstSeq === firstSeq) beginSegment(log)
        log.finished = log.finished.filter(seq => seq !== firstSeq)
      })
      closeUnused()
    },

    close: () => {
      for (const log of logs.values()) closeFile(log)
      logs.clear()
    },
  }
}

function createIndexCache() {
  const cache = new Map<string, { folder: string; index: Promise<SegmentIndex | undefined> }>()
  return {
    get: (folder: string, firstSeq: number): Promise<SegmentIndex | undefined> => {
      const key = `${folder}\0${firstSeq}`
      const entry = cache.get(key) ?? { folder, index: readIndex(folder, firstSeq) }
      cache.delete(key)
      cache.set(key, entry)
      const [oldest] = cache.keys()
      if (cache.size > cachedIndexes && oldest !== undefined) cache.delete(oldest)
      entry.index.catch(() => cache.delete(key))
      return entry.index
    },
    forget: (folder: string): void => {
      for (const [key, entry] of cache) if (entry.folder === folder) cache.delete(key)
    },
  }
}
