import { basename, dirname } from 'node:path'
import { HksError } from '../contract/errors.ts'
import { ignoreFiles, type IgnoreRules, readIgnoreRules } from './ignoreRules.ts'
import type { SourcePlace } from './sourcePlace.ts'
import { createWatchedFolders } from './watchedFolders.ts'

/** A save is several events a moment apart: the file is emptied, written, renamed. Milliseconds without one end it. */
const quietMs = 8
/** A file that is written without end does not put off for longer what else was saved. Milliseconds. */
const longestMs = 250
/** A folder that is gone may be on its way back: a branch is checked out, a build replaces it. Milliseconds. */
const returnsWithinMs = 2000
const lookAgainMs = 100

/** Whom a watch tells. */
export interface SourceWatchListener {
  /**
   * Something that belongs to the source was saved, made or removed; all that a burst changed is told once, with when it
   * began (`performance.now()`).
   */
  readonly onChange: (noticedAt: number) => void
  /** The watch has ended: NOT_FOUND when the folder is gone, UNSUPPORTED_PLATFORM when the machine can not watch it. */
  readonly onEnd: (error: HksError) => void
}

/**
 * Watches a source until it is disposed. What no deployment would take is no change: ignored files, packages, what
 * editors leave beside the files they write. @throws HksError UNSUPPORTED_PLATFORM, NOT_FOUND
 */
export async function watchSource(place: SourcePlace, listener: SourceWatchListener): Promise<Disposable> {
  const root = place.kind === 'folder' ? place.path : dirname(place.path)
  let rules: IgnoreRules | undefined
  let ended = false
  let changed = false
  let firstAt = 0
  let gone = 0
  let timer: NodeJS.Timeout | undefined
  let settling = Promise.resolve()

  const isPart = (path: string): boolean => {
    if (place.kind === 'file') return path === basename(place.path)
    const names = path.split('/')
    if (names.includes('node_modules')) return false
    // An ignore file decides what belongs to the source, also though it does not itself.
    return ignoreFiles.includes(names.at(-1)!) || !(rules?.ignores(path) || rules?.ignores(`${path}/`))
  }
  const folders = createWatchedFolders(root, {
    recursive: place.kind === 'folder',
    isPart,
    onEvent: path => {
      if (path === undefined || isPart(path)) note()
    },
    onError: error => end(cannotWatch(root, error)),
  })
  const note = () => {
    if (ended) return
    if (!changed) firstAt = performance.now()
    changed = true
    arm(Math.min(quietMs, Math.max(0, firstAt + longestMs - performance.now())))
  }
  const arm = (milliseconds: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      settling = settling.then(settle)
    }, milliseconds)
  }
  const settle = async () => {
    if (ended) return
    try {
      rules = place.kind === 'folder' ? await readIgnoreRules(root) : undefined
      await folders.follow()
    } catch (error) {
      return missing(error)
    }
    gone = 0
    if (!changed || ended) return
    changed = false
    listener.onChange(firstAt)
  }
  const missing = (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return end(cannotWatch(root, error))
    gone ||= performance.now()
    if (performance.now() - gone > returnsWithinMs) return end(notThere(root, error))
    if (!ended) arm(lookAgainMs)
  }
  const end = (error: HksError) => {
    if (ended) return
    dispose()
    listener.onEnd(error)
  }
  const dispose = () => {
    ended = true
    clearTimeout(timer)
    folders.close()
  }
  try {
    rules = place.kind === 'folder' ? await readIgnoreRules(root) : undefined
    await folders.follow()
  } catch (error) {
    dispose()
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? notThere(root, error) : cannotWatch(root, error)
  }
  return { [Symbol.dispose]: dispose }
}

const notThere = (root: string, cause: unknown) =>
  new HksError('NOT_FOUND', `${root} is not there any more.`, { cause })

function cannotWatch(root: string, cause: unknown): HksError {
  const { code, message } = cause as NodeJS.ErrnoException
  const isLimit = code === 'ENOSPC' || code === 'EMFILE'
  return new HksError('UNSUPPORTED_PLATFORM', `${root} cannot be watched: ${message}.`, {
    cause,
    ...(isLimit && { hint: 'Allow more watches: sudo sysctl fs.inotify.max_user_watches=524288' }),
  })
}
