import { setTimeout as pause } from 'node:timers/promises'
import { readKubeConfigFiles, stampOf } from './kubeConfigFiles.ts'
import { type ResolvedContext, resolveContext } from './resolveContext.ts'

/** Which context of which files, and as whom the programs that they name run. */
export interface KubeConfigOptions {
  /** As in KUBECONFIG: merged, the first wins. */
  readonly files: readonly string[]
  /** Default: the current context of the files, as it is when they are read. */
  readonly context?: string
  /** The environment of the user's login shell. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
}

/** A context as its files had it when they were read. */
export interface LoadedContext {
  readonly resolved: ResolvedContext
  readonly environment: Readonly<Record<string, string>>
  /** The same as long as it leads to the same server as the same user, whatever else is written in the files. */
  readonly key: string
}

/** A context whose files are looked at while it is used. */
export interface FollowedContext {
  /** As it was read last. */
  now(): LoadedContext
  /**
   * Reads the files again if they have changed since: by itself a second after the last look at the earliest, `now` whenever that
   * was; `anew` also if they have not changed. A file that is away or half written for a moment, as while an editor saves it, is
   * waited for. @throws HksError CONNECTION_FAILED, reason `kubeconfig`, while they can not be used
   */
  look(how?: 'now' | 'anew'): Promise<void>
}

/** Milliseconds between two looks that nobody asks for: one call of stat for each file. */
const lookMs = 1000
/** So long a file that could be read before may be away or broken, and so often it is looked at meanwhile, milliseconds. */
const patience = { forMs: 1000, everyMs: 100 }

interface Read extends LoadedContext {
  /** Files whose change makes another connection. */
  readonly watched: readonly string[]
  readonly stamp: string
}

/**
 * Reads a context. `onChange` is told when later looks find that it leads elsewhere, or that it can not be read any more.
 * @throws HksError CONNECTION_FAILED
 */
export async function followContext(options: KubeConfigOptions, onChange: () => void): Promise<FollowedContext> {
  let read = await load(options)
  /** Why the files can not be used. */
  let fault: { readonly error: unknown } | undefined
  let lookedAt = performance.now()
  let looking: Promise<void> | undefined

  const readAgain = async (isForced: boolean): Promise<void> => {
    const until = fault ? 0 : performance.now() + patience.forMs
    for (;;) {
      const stamp = await stampOf(read.watched)
      // What could not be used is tried again: not all that mends it shows in a stamp.
      if (!isForced && fault === undefined && stamp === read.stamp) return
      try {
        const next = await load(options)
        const isOther = fault !== undefined || next.key !== read.key
        read = next
        fault = undefined
        if (isOther) onChange()
        return
      } catch (error) {
        if (performance.now() >= until) {
          const isNew = fault === undefined
          fault = { error }
          if (isNew) onChange()
          return
        }
      }
      await pause(patience.everyMs)
    }
  }
  const begin = (isForced: boolean): Promise<void> =>
    (looking = readAgain(isForced).finally(() => {
      looking = undefined
      lookedAt = performance.now()
    }))
  return {
    now: () => read,
    look: async how => {
      while (looking) await looking
      if (how !== undefined || performance.now() - lookedAt >= lookMs) await begin(how === 'anew')
      if (fault) throw fault.error
    },
  }
}

async function load({ files, context, environment }: KubeConfigOptions): Promise<Read> {
  // What is written after that is seen at the next look.
  const stamp = await stampOf(files)
  const resolved = resolveContext(await readKubeConfigFiles(files), context)
  const { cluster, user } = resolved
  const named = [cluster['certificate-authority'], user['client-certificate'], user['client-key']]
  const beside = named.filter(file => file !== undefined)
  const stampBeside = await stampOf(beside)
  return {
    ...{ resolved, environment: await environment(), key: JSON.stringify([resolved, stampBeside]) },
    ...{ watched: [...files, ...beside], stamp: beside.length === 0 ? stamp : `${stamp}\n${stampBeside}` },
  }
}
