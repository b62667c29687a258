import assert from 'node:assert/strict'
import fc from 'fast-check'
import { HksError } from '../../../../../src/contract/errors.ts'
import {
  createCallDispatch,
  type ServedCall,
} from '../../../../../src/gateway/providers/local/functions/callDispatch.ts'
import type {
  CallOutcome,
  FunctionInstance,
  RevisionCode,
} from '../../../../../src/gateway/providers/local/functions/functionPool.ts'
import { createReplicas, type Replica } from '../../../../../src/gateway/providers/local/functions/replicas.ts'
import { createFakeClock, turn } from '../../../../support/fakeClock.ts'

const answer: CallOutcome = { kind: 'answer', status: 200, headers: {}, body: new Uint8Array() }
const lost: CallOutcome = { kind: 'failure', code: 'FUNCTION_CRASHED', message: 'lost' }
const code = { revision: 7, timeoutSeconds: 30 } as RevisionCode
const queueSeconds = 60

interface Shape {
  readonly containerConcurrency?: number
  readonly maxScale?: number
}

type Step =
  | { readonly do: 'arrive' }
  | { readonly do: 'add' }
  | { readonly do: 'finish' | 'lose' | 'abandon'; readonly which: number }
  | { readonly do: 'pass'; readonly seconds: number }

/** Replicas without a process: the test answers their calls. */
function open({ containerConcurrency = 2, maxScale = 2 }: Shape = {}) {
  const clock = createFakeClock(0)
  const replicas = createReplicas()
  /** Calls by their number, in the order in which a replica took them. */
  const begun: number[] = []
  const underWay = new Map<number, { readonly replica: Replica; readonly end: (outcome: CallOutcome) => void }>()
  const outcomes = new Map<number, ServedCall>()
  const aborts = new Map<number, AbortController>()
  const scaling = { minScale: 0, maxScale, containerConcurrency }
  let isServing = true
  let arrivals = 0
  const dispatch = createCallDispatch({
    clock,
    replicas,
    queueSeconds,
    revision: () => (isServing ? { number: 7, scaling } : undefined),
    onWaiting: () => dispatch.serve(),
  })

  const addReplica = (): Replica => {
    const state = { inFlight: 0, isOpen: true, isSuspect: false, loadMs: 0, level: 'none' as const }
    const call: FunctionInstance['call'] = ({ invocationId }) => {
      const number = Number(invocationId)
      begun.push(number)
      state.inFlight += 1
      const { promise, resolve } = Promise.withResolvers<CallOutcome>()
      const end = (outcome: CallOutcome) => {
        underWay.delete(number)
        state.inFlight -= 1
        resolve(outcome)
      }
      underWay.set(number, { replica, end })
      return promise
    }
    const instance = Object.assign(state, { call, close: async () => void (state.isOpen = false) })
    const replica: Replica = { instance, code, openedAsOf: 0, number: 0, servesSince: 0, idleSince: 0 }
    replicas.add(replica, 0)
    dispatch.serve()
    return replica
  }
  return {
    replicas,
    dispatch,
    begun,
    underWay,
    outcomes,
    clock,
    addReplica,
    arrive: (bytes = 0): number => {
      const number = (arrivals += 1)
      const abort = new AbortController()
      aborts.set(number, abort)
      const request = { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array(bytes) }
      void dispatch.call({ invocationId: String(number), request, signal: abort.signal }).then(served => {
        assert.ok(!outcomes.has(number))
        outcomes.set(number, served)
      })
      return number
    },
    finish: (number: number) => {
      underWay.get(number)?.end(answer)
      dispatch.serve()
    },
    lose: (replica: Replica) => {
      void replicas.end(replica, 0)
      for (const call of [...underWay.values()]) if (call.replica === replica) call.end(lost)
      dispatch.serve()
    },
    abandon: (number: number) => aborts.get(number)?.abort(new Error('the caller went away')),
    stop: () => {
      isServing = false
      dispatch.refuseAll(new HksError('GATEWAY_DRAINING', 'stopped'))
    },
    arrivals: () => arrivals,
    codeOf: (number: number) => {
      const outcome = outcomes.get(number)?.outcome
      return outcome?.kind === 'failure' ? outcome.code : outcome?.kind
    },
  }
}

describe('calls led to the processes of a function', () => {
  it('go to the least busy, among equals to the one that serves the longest', async () => {
    const rig = open()
    const [first, second] = [rig.addReplica(), rig.addReplica()]
    const [a, b, c] = [rig.arrive(), rig.arrive(), rig.arrive()]
    assert.deepEqual(
      [a, b, c].map(number => rig.underWay.get(number)?.replica),
      [first, second, first],
    )
    rig.finish(a)
    rig.finish(c)
    assert.equal(rig.underWay.get(rig.arrive())?.replica, first)
  })

  it('do not go to one that may hang', () => {
    const rig = open()
    const suspect = rig.addReplica()
    Object.assign(suspect.instance, { isSuspect: true })
    const number = rig.arrive()
    assert.equal(rig.dispatch.waiting, 1)
    const other = rig.addReplica()
    assert.equal(rig.underWay.get(number)?.replica, other)
  })

  it('are refused when as many wait as may, and the next is taken again', async () => {
    const rig = open({ containerConcurrency: 1, maxScale: 1 })
    rig.addReplica()
    for (let call = 0; call < 11; call++) rig.arrive()
    const refused = rig.arrive()
    await turn()
    assert.equal(rig.codeOf(refused), 'FUNCTION_OVERLOADED')
    rig.finish(1)
    rig.arrive()
    await turn()
    assert.deepEqual([rig.dispatch.waiting, rig.outcomes.size], [10, 2])
  })

  it('are refused when those that wait hold too much, but one alone may be large', async () => {
    const rig = open()
    const MiB = 1024 * 1024
    rig.arrive(200 * MiB)
    const refused = rig.arrive(1)
    await turn()
    assert.deepEqual([rig.codeOf(1), rig.codeOf(refused)], [undefined, 'FUNCTION_OVERLOADED'])
  })

  it('wait for so long and no longer', async () => {
    const rig = open()
    const number = rig.arrive()
    await rig.clock.advanceTo(queueSeconds * 1000 - 1)
    assert.equal(rig.codeOf(number), undefined)
    await rig.clock.advanceTo(queueSeconds * 1000)
    assert.equal(rig.codeOf(number), 'FUNCTION_UNAVAILABLE')
    assert.equal(rig.clock.waiting(), 0)
  })

  it('leave the queue with their caller', async () => {
    const rig = open()
    const number = rig.arrive()
    rig.abandon(number)
    await turn()
    assert.deepEqual([rig.codeOf(number), rig.dispatch.waiting, rig.clock.waiting()], ['CANCELLED', 0, 0])
  })

  it('are cold only when they waited for a process to start', async () => {
    const rig = open({ containerConcurrency: 1 })
    const first = rig.arrive()
    rig.addReplica()
    const second = rig.arrive()
    rig.finish(first)
    rig.finish(second)
    rig.arrive()
    const scaledOut = rig.arrive()
    rig.addReplica()
    rig.finish(scaledOut)
    await turn()
    assert.deepEqual(
      [first, second, scaledOut].map(number => rig.outcomes.get(number)?.coldStart),
      [true, false, true],
    )
  })

  it('begin in the order in which they came, never too many in one process, and each has one outcome', async () => {
    const step = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
      { weight: 6, arbitrary: fc.constant({ do: 'arrive' } as const) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat() }) },
      { weight: 2, arbitrary: fc.constant({ do: 'add' } as const) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon' as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.nat(queueSeconds) }) },
    )
    const shape = fc.record({
      containerConcurrency: fc.integer({ min: 1, max: 3 }),
      maxScale: fc.integer({ min: 1, max: 3 }),
    })
    const check = async (given: Required<Shape>, steps: readonly Step[]) => {
      const rig = open(given)
      const nth = <T>(of: Iterable<T>, which: number): T | undefined => {
        const all = [...of]
        return all[which % all.length]
      }
      for (const each of steps) {
        if (each.do === 'arrive') rig.arrive()
        else if (each.do === 'finish') rig.finish(nth(rig.underWay.keys(), each.which) ?? 0)
        else if (each.do === 'add') rig.addReplica()
        else if (each.do === 'abandon') rig.abandon(1 + (each.which % (rig.arrivals() + 1)))
        else if (each.do === 'pass') await rig.clock.advanceTo(rig.clock.now() + each.seconds * 1000)
        else {
          const replica = nth(rig.replicas.serving, each.which)
          if (replica) rig.lose(replica)
        }
        const room = [...rig.replicas.serving].map(({ instance }) => given.containerConcurrency - instance.inFlight)
        assert.ok(
          room.every(free => free >= 0),
          'too many in one process',
        )
        assert.ok(rig.dispatch.waiting === 0 || room.every(free => free === 0), 'one waits though there is room')
        assert.ok(rig.dispatch.waiting <= 10 * given.maxScale * given.containerConcurrency)
      }
      rig.stop()
      for (const { end } of [...rig.underWay.values()]) end(answer)
      await turn()
      assert.deepEqual(
        rig.begun,
        [...new Set(rig.begun)].sort((a, b) => a - b),
      )
      assert.equal(rig.outcomes.size, rig.arrivals())
      assert.equal(rig.clock.waiting(), 0)
    }
    await fc.assert(fc.asyncProperty(shape, fc.array(step, { maxLength: 60 }), check), { numRuns: 200 })
  })
})
