import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import {
  despiteLostAnswer,
  mayHaveHappened,
} from '../../../../../src/gateway/providers/kubernetes/client/lostAnswer.ts'
import { translateNetworkError } from '../../../../../src/gateway/providers/kubernetes/client/translateNetworkError.ts'

const failure = (code: string, syscall: string) =>
  translateNetworkError(Object.assign(new Error(code), { code, syscall }), 'https://cluster')
const reset = failure('ECONNRESET', 'read')
const refused = failure('ECONNREFUSED', 'connect')

describe('a write whose answer is lost', () => {
  const { signal } = new AbortController()
  /** A server that holds one value; each answer but the last is lost, and some requests are, too. */
  const server = (faults: readonly ('request' | 'answer' | 'none')[]) => {
    let value: string | undefined
    const left = [...faults]
    const seen: string[] = []
    return {
      seen,
      write: async () => {
        const fault = left.shift() ?? 'none'
        seen.push(`write ${fault}`)
        if (fault !== 'request') {
          if (value !== undefined) throw new HksError('CONFLICT', 'It is there.')
          value = 'made'
        }
        if (fault !== 'none') throw reset
        return 'made'
      },
      look: async () => {
        seen.push('look')
        return value
      },
    }
  }

  it('is made once, whatever was lost', async () => {
    for (const faults of [[], ['answer'], ['request'], ['request', 'request', 'answer']] as const) {
      const { write, look, seen } = server(faults)
      assert.equal(await despiteLostAnswer(write, look, signal), 'made')
      assert.equal(seen.filter(each => each === 'look').length, faults.length, seen.join())
    }
  })

  it('is not made again when nothing can have happened, or the server has refused it', async () => {
    for (const error of [refused, new HksError('CONFLICT', 'taken'), new HksError('FORBIDDEN', 'no')]) {
      let tries = 0
      const write = () => {
        tries++
        return Promise.reject(error)
      }
      await assert.rejects(
        despiteLostAnswer(write, async () => undefined, signal),
        error,
      )
      assert.deepEqual([tries, mayHaveHappened(error)], [1, false])
    }
    assert.equal(mayHaveHappened(reset), true)
  })

  it('ends with the signal', async () => {
    const abort = new AbortController()
    const reason = new Error('over')
    const waiting = despiteLostAnswer(
      () => Promise.reject(reset),
      () => Promise.reject(refused),
      abort.signal,
    )
    abort.abort(reason)
    await assert.rejects(waiting, reason)
  })
})
