import assert from 'node:assert/strict'
import type { Runtime } from '../../../../../src/contract/functions.ts'
import { eventually } from '../../../../support/eventually.ts'
import { findGo } from '../../../../support/goRuntime.ts'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

const MiB = 2 ** 20

/**
 * Handlers that do what their event says: hold n MiB for good, drop n MiB one by one, compute for n seconds, now or later.
 * They answer which call of their process it is.
 */
const sources: Readonly<Record<Runtime, string>> = {
  node: `import { spawn } from 'node:child_process'
let calls = 0
const held = []
const spin = seconds => { for (const end = performance.now() + seconds * 1000; performance.now() < end;); }
export const handler = async ({ hold = 0, drop = 0, spin: seconds = 0, later = false, child = false }) => {
  for (let n = 0; n < hold; n++) held.push(new Array(131072).fill(n + 0.5))
  for (let n = 0; n < drop; n++) new Array(131072).fill(n + 0.5)
  if (child) await new Promise(done => spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }).on('close', done))
  if (later) setTimeout(spin, 10, seconds)
  else spin(seconds)
  return ++calls
}
`,
  python: `import threading, time
calls = 0
held = []
def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
def handler(event):
    global calls
    calls += 1
    for n in range(event.get('hold', 0)): held.append(bytearray(b'x') * 2**20)
    for n in range(event.get('drop', 0)): bytearray(b'x') * 2**20
    if event.get('later'): threading.Timer(0.01, spin, [event['spin']]).start()
    else: spin(event.get('spin', 0))
    return calls
`,
  go: `package function

import (
	"time"

	"hexabase.io/hks"
)

var held [][]byte
var last []byte
var calls int

func spin(seconds float64) {
	for end := time.Now().Add(time.Duration(seconds * 1e9)); time.Now().Before(end); {
	}
}

func fill() []byte {
	block := make([]byte, 1<<20)
	for n := range block {
		block[n] = 1
	}
	return block
}

func Handle(ctx *hks.Context, event any) (any, error) {
	wanted := event.(map[string]any)
	number := func(name string) float64 { found, _ := wanted[name].(float64); return found }
	for n := 0; n < int(number("hold")); n++ {
		held = append(held, fill())
	}
	for n := 0; n < int(number("drop")); n++ {
		last = fill()
	}
	if wanted["later"] == true {
		go spin(number("spin"))
	} else {
		spin(number("spin"))
	}
	calls++
	return calls, nil
}
`,
}
const handlers = { node: 'index.handler', python: 'main.handler', go: 'Handle' } as const
const lackOf: Readonly<Record<Runtime, string | undefined>> = {
  node: undefined,
  python: undefined,
  go: findGo().missing,
}

for (const level of ['strict', 'landlock', 'none'] as const) {
  describe(`limits of functions, at the level ${level}`, function () {
    this.timeout(120_000)
    let rig: LocalFunctionsRig
    before(async function () {
      const lack = process.platform === 'linux' ? await lackOfSandbox(level) : 'it is for Linux'
      if (lack !== undefined) {
        this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
      rig = await openLocalFunctions({ sandbox: level })
    })
    after(() => rig?.[Symbol.asyncDispose]())

    for (const runtime of ['node', 'python', 'go'] as const) {
      const title = lackOf[runtime] === undefined ? runtime : `${runtime} (skipped: ${lackOf[runtime]})`
      const test = lackOf[runtime] === undefined ? it : it.skip
      const deploy = (name: string, resources: { memoryBytes?: number; cpuSeconds?: number }, more = {}) =>
        rig.deploy(sources[runtime], {
          name: `${name}-${runtime}`,
          runtime,
          handler: handlers[runtime],
          resources: { memoryBytes: 1024 * MiB, ...resources },
          ...more,
        })

      test(`end one that holds more memory than it asks for, and start it anew: ${title}`, async () => {
        const { id } = await deploy('small', { memoryBytes: 160 * MiB })
        assert.equal(jsonOf(await rig.call(id, {})), 1)
        const { code, message, status } = await rig.call(id, { hold: 1024 })
        assert.deepEqual(
          [status, code, message],
          [
            502,
            'LIMIT_EXCEEDED',
            "The function's process was ended: it used more than 160Mi of memory. Raise resources.memory in function.yaml, or hold less at once.",
          ],
        )
        const after = await rig.call(id, { hold: 1 })
        assert.equal(after.status, 200, after.message)
        assert.equal(jsonOf(after), 1)
        const lines = (await rig.log(id)).filter(({ stream }) => stream === 'system').map(({ text }) => text)
        assert.ok(lines.includes('The process ended (it used more than 160Mi of memory).'), lines.join('\n'))
      })

      test(`let one have as much as it asks for, at the side of a smaller one: ${title}`, async () => {
        const { id } = await deploy('large', { memoryBytes: 1024 * MiB })
        const answer = await rig.call(id, { hold: 400 })
        assert.equal(answer.status, 200, answer.message)
      })

      test(`let one make any amount of garbage: ${title}`, async () => {
        const { id } = await deploy('wasteful', { memoryBytes: 256 * MiB })
        const answer = await rig.call(id, { drop: 1024 })
        assert.equal(answer.status, 200, answer.message)
      })

      test(`end one whose calls compute for longer than they may: ${title}`, async () => {
        const { id } = await deploy('short', { cpuSeconds: 1 })
        // Each call has its own second.
        for (const _ of [1, 2, 3]) assert.equal((await rig.call(id, { spin: 0.5 })).status, 200)
        const { code, message } = await rig.call(id, { spin: 20 })
        assert.deepEqual(
          [code, message],
          [
            'LIMIT_EXCEEDED',
            "The function's process was ended: it used more than 1 second of processor time for a call. Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.",
          ],
        )
        assert.equal((await rig.call(id, {})).status, 200)
      })

      test(`end one that goes on computing when all is answered: ${title}`, async () => {
        const { id } = await deploy('restless', {}, { timeoutSeconds: 1 })
        assert.equal(jsonOf(await rig.call(id, { spin: 60, later: true })), 1)
        await eventually(async () => {
          const lines = (await rig.log(id)).map(({ text }) => text)
          assert.match(
            lines.join('\n'),
            /The process ended \(it used more than \d+ seconds of processor time for a call\)/,
          )
        }, 30_000)
        assert.equal(jsonOf(await rig.call(id, {})), 1)
      })
    }

    it('count what a function starts', async () => {
      const { id } = await rig.deploy(sources.node, {
        name: 'parent',
        resources: { memoryBytes: 1024 * MiB, cpuSeconds: 1 },
      })
      assert.equal((await rig.call(id, { child: true })).code, 'LIMIT_EXCEEDED')
    })

    it('fail a deployment whose code takes too much while it is loaded', async () => {
      const source = `export const held = Array.from({ length: 512 }, () => Buffer.alloc(2 ** 20, 1))
await new Promise(resolve => setTimeout(resolve, 5_000))
export const handler = () => 1`
      const given = { name: 'heavy', resources: { memoryBytes: 128 * MiB } }
      await assert.rejects(rig.deploy(source, given), {
        code: 'DEPLOY_FAILED',
        message: /while the code was loaded: it used more than 128Mi of memory\. Raise resources\.memory/,
      })
    })
  })
}
