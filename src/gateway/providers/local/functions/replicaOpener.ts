import type { FunctionPool, RevisionCode } from './functionPool.ts'
import type { Replica } from './replicas.ts'

/** What a replica was opened with and what is another now. */
export type Staleness = 'secret' | 'sandbox'

/** Opens replicas with the secrets of their revision, and in the sandbox of this machine, as they are. */
export interface ReplicaOpener {
  /** A replica that does not serve yet; its owner ends it. @throws LoadFailure, HksError, `signal.reason` */
  open(prepare: (signal: AbortSignal) => Promise<RevisionCode>, signal: AbortSignal): Promise<Replica>
  /** These secrets (`SECRET/KEY`) have other values from now on. */
  secretsChanged(changed: ReadonlySet<string>): void
  /** The sandbox of this machine is better than it was. */
  sandboxChanged(): void
  /** Why it should not take calls any more, if so. */
  staleness(replica: Replica): Staleness | undefined
}

/** What opening needs. Listeners must not throw. */
export interface ReplicaOpenerOptions {
  readonly pool: FunctionPool
  /** It may have room for another call. */
  readonly onRoom: (replica: Replica) => void
  /** It takes no calls any more; `reason` is a sentence. */
  readonly onLost: (replica: Replica, reason: string) => void
}

/** Reads secrets anew for each replica; what changes meanwhile is not served, but opened again. */
export function createReplicaOpener({ pool, onRoom, onLost }: ReplicaOpenerOptions): ReplicaOpener {
  /** The number of the change in which a secret got its value. */
  const changedIn = new Map<string, number>()
  let sandboxChangedIn = 0
  let changes = 0

  const staleness = ({ code, openedAsOf }: Replica): Staleness | undefined => {
    if (sandboxChangedIn > openedAsOf) return 'sandbox'
    return code.secretReferences.some(from => (changedIn.get(from) ?? 0) > openedAsOf) ? 'secret' : undefined
  }
  const openOnce = async (
    prepare: (signal: AbortSignal) => Promise<RevisionCode>,
    signal: AbortSignal,
  ): Promise<Replica> => {
    const openedAsOf = changes
    const code = await prepare(signal)
    const opened: { replica?: Replica } = {}
    const listener = {
      onRoom: () => opened.replica && onRoom(opened.replica),
      onLost: (reason: string) => opened.replica && onLost(opened.replica, reason),
    }
    const instance = await pool.open(code, listener, signal)
    return (opened.replica = { instance, code, openedAsOf, number: 0, servesSince: 0, idleSince: 0 })
  }
  const open = async (
    prepare: (signal: AbortSignal) => Promise<RevisionCode>,
    signal: AbortSignal,
  ): Promise<Replica> => {
    const replica = await openOnce(prepare, signal)
    if (staleness(replica) === undefined) return replica
    void replica.instance.close(0)
    return open(prepare, signal)
  }
  return {
    open,
    staleness,
    secretsChanged: changed => {
      changes += 1
      for (const from of changed) changedIn.set(from, changes)
    },
    sandboxChanged: () => {
      changes += 1
      sandboxChangedIn = changes
    },
  }
}
