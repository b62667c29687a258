import type { Socket } from 'node:net'

/** What is wrong with the network. */
export interface Faults {
  /** Bytes and ends of connections vanish. */
  readonly swallow?: boolean
  readonly delayMs?: number
  /** Counted from the moment at which it is set, from the server to the client. */
  readonly cutAfterBytes?: number
}

/** Two sockets whose bytes go from one to the other, as far as the faults let them. */
export interface FaultyPipe {
  readonly set: (faults: Faults) => void
  /** From now on nothing passes, whatever the faults are. */
  readonly lose: () => void
  /** Ends both with a reset. */
  readonly reset: () => void
  /** Resolves when neither is open. */
  readonly closed: Promise<void>
}

/** Joins two sockets, which must allow half-open connections; both are its own from now on. */
export function createFaultyPipe(client: Socket, server: Socket, first: Faults): FaultyPipe {
  let faults = first
  let left = first.cutAfterBytes
  let hasHole = false

  const reset = () => {
    drop(client)
    drop(server)
  }
  const join = (from: Socket, to: Socket) => {
    const inTurn = createTurns(() => faults.delayMs)
    /** Something comes from `from`; what comes into a swallowing network is lost for good. */
    const come = (pass: () => void) => {
      if (faults.swallow) hasHole = true
      if (!hasHole) inTurn(() => !to.destroyed && pass())
    }
    from.on('data', chunk =>
      come(() => {
        const part = to === client && left !== undefined ? chunk.subarray(0, left) : chunk
        const isLast = to === client && left !== undefined && (left -= part.length) === 0
        const hasRoom = to.write(part, () => isLast && reset())
        if (hasRoom) return
        from.pause()
        to.once('drain', () => from.resume())
      }),
    )
    from.on('end', () => come(() => to.end()))
    from.on('error', () => (faults.swallow ? (hasHole = true) : drop(to)))
  }

  join(client, server)
  join(server, client)
  return {
    reset,
    lose: () => {
      hasHole = true
    },
    set: next => {
      faults = next
      left = next.cutAfterBytes
      // The end of one side got lost while everything did.
      if (!next.swallow && (client.destroyed || server.destroyed)) reset()
    },
    closed: Promise.all([closed(client), closed(server)]).then(() => undefined),
  }
}

/** Calls what it is given after the delay of that moment, each after the one before. */
function createTurns(delayMs: () => number | undefined): (act: () => void) => void {
  let turn = Promise.resolve()
  return act => {
    const ms = delayMs()
    const due = ms === undefined ? undefined : new Promise(resolve => setTimeout(resolve, ms))
    turn = turn.then(() => due).then(act)
  }
}

/** Resets a connection. One whose own end is under way can not be reset: the system refuses, and it would stay open for ever. */
function drop(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.once('close', () => resolve()))
}
