import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import type { Runtime } from '../../../../../src/contract/functions.ts'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../../../support/eventually.ts'
import { findGo } from '../../../../support/goRuntime.ts'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { commandLineOf } from '../../../platform/sandbox/commandLines.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

/** Handlers that do the mischief that their event names, and answer 'fine' to any other. */
const sources: Readonly<Record<Runtime, string>> = {
  node: `import { spawn } from 'node:child_process'
import fs from 'node:fs'
const write = bytes => {
  for (let left = bytes; left.length > 0; ) {
    try { left = left.subarray(fs.writeSync(3, left)) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  }
}
export const handler = async (event, context) => {
  switch (event) {
    case 'gigabyte': return context.response(200, {}, Buffer.alloc(2 ** 30, 1))
    case 'flood': for (;;) console.log('flood')
    case 'fork': for (;;) { spawn('/bin/sleep', [process.env.SLEEP], { stdio: 'ignore' }).on('error', () => {}); await null }
    case 'daemon': spawn('/bin/sleep', [process.env.SLEEP], { detached: true, stdio: 'ignore' }).unref(); return 'started'
    case 'close': fs.closeSync(3); break
    case 'line': write(Buffer.from('garbage\\n')); break
    case 'endless': for (const bytes = Buffer.alloc(65536, 120); ;) write(bytes)
    case 'liar': write(Buffer.from('{"t":"result","id":"1","status":200,"headers":{},"bytes":9007199254740991}\\n')); await new Promise(() => {})
  }
  return 'fine'
}
`,
  python: `import os, subprocess, time
def write(data):
    while data: data = data[os.write(3, data):]
def handler(event, context):
    if event == 'gigabyte': return context.response(200, {}, bytes(2**30))
    if event == 'flood':
        while True: print('flood')
    if event == 'fork':
        while True:
            try:
                if os.fork() == 0: os.execv('/bin/sleep', ['sleep', os.environ['SLEEP']])
            except OSError: time.sleep(0.001)
    if event == 'daemon':
        subprocess.Popen(['/bin/sleep', os.environ['SLEEP']], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return 'started'
    if event == 'close': os.close(3)
    if event == 'line': write(b'garbage\\n')
    if event == 'endless':
        while True: write(b'x' * 65536)
    if event == 'liar':
        write(b'{"t":"result","id":"1","status":200,"headers":{},"bytes":9007199254740991}\\n')
        time.sleep(600)
    return 'fine'
`,
  go: `package function

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"hexabase.io/hks"
)

func write(data []byte) {
	for len(data) > 0 {
		n, err := syscall.Write(3, data)
		if err == syscall.EAGAIN || err == syscall.EINTR {
			continue
		}
		if err != nil {
			panic(err)
		}
		data = data[n:]
	}
}

func Handle(ctx *hks.Context, event any) (any, error) {
	switch event {
	case "gigabyte":
		return ctx.Response(200, nil, make([]byte, 1<<30))
	case "flood":
		for {
			fmt.Println("flood")
		}
	case "fork":
		for {
			if exec.Command("/bin/sleep", os.Getenv("SLEEP")).Start() != nil {
				time.Sleep(time.Millisecond)
			}
		}
	case "daemon":
		command := exec.Command("/bin/sleep", os.Getenv("SLEEP"))
		command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return "started", command.Start()
	case "close":
		syscall.Close(3)
	case "line":
		write([]byte("garbage\\n"))
	case "endless":
		for {
			write(bytes.Repeat([]byte("x"), 65536))
		}
	case "liar":
		write([]byte("{\\"t\\":\\"result\\",\\"id\\":\\"1\\",\\"status\\":200,\\"headers\\":{},\\"bytes\\":9007199254740991}\\n"))
		time.Sleep(10 * time.Minute)
	}
	return "fine", nil
}
`,
}
const handlers = { node: 'index.handler', python: 'main.handler', go: 'Handle' } as const
const lackOf: Readonly<Record<Runtime, string | undefined>> = {
  node: undefined,
  python: undefined,
  go: findGo().missing,
}
/** What the gateway may grow by while a function misbehaves: a queue of frames, a batch of lines, no more. */
const mostGrowth = 192 * 2 ** 20

for (const level of ['strict', 'none'] as const) {
  for (const runtime of ['node', 'python', 'go'] as const) {
    const lack = lackOf[runtime] === undefined ? '' : ` (skipped: ${lackOf[runtime]})`
    const suite = lack === '' ? describe : describe.skip
    suite(`a function in ${runtime} that misbehaves, at the level ${level}${lack}`, function () {
      this.timeout(120_000)
      let rig: LocalFunctionsRig
      let id = ''
      let bystander = ''
      /** Of the bystander's process. */
      let token: unknown
      before(async function () {
        const missing = process.platform === 'linux' ? await lackOfSandbox(level) : 'it is for Linux'
        if (missing !== undefined) {
          this.test!.parent!.title += ` (skipped: sandbox: ${missing})`
          return this.skip()
        }
        rig = await openLocalFunctions({ sandbox: level })
        ;[{ id }, { id: bystander }] = await Promise.all([
          rig.deploy(sources[runtime], given),
          rig.deploy('const token = Math.random()\nexport const handler = () => token', { name: 'bystander' }),
        ])
        token = jsonOf(await rig.call(bystander))
      })
      after(() => rig?.[Symbol.asyncDispose]())

      /** By its argument what a function has started is found, also where it has an environment of its own. */
      const seconds = `600.${randomInt(1e9)}`
      const given = {
        name: 'mischief',
        runtime,
        handler: handlers[runtime],
        timeoutSeconds: 3,
        resources: { memoryBytes: 4 * 2 ** 30 },
        environment: { SLEEP: seconds },
      }

      /** Does mischief: others go on meanwhile, and so does the function afterwards. */
      const mischief = async (event: string) => {
        const before = process.memoryUsage.rss()
        let most = before
        const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10)
        const call = rig.call(id, event)
        assert.equal(jsonOf(await rig.call(bystander)), token)
        const answer = await call
        clearInterval(timer)
        assert.equal(jsonOf(await rig.call(bystander)), token)
        const next = await rig.call(id, '')
        assert.equal(next.status, 200, next.message)
        assert.equal(jsonOf(next), 'fine')
        assert.ok(most - before < mostGrowth, `the gateway grew by ${Math.round((most - before) / 2 ** 20)} MiB`)
        return answer
      }

      it('that answers 1 GB is told how much may be answered', async () => {
        const { code, message } = await mischief('gigabyte')
        assert.deepEqual(
          [code, message],
          ['RESULT_INVALID', 'The result has 1073741824 bytes; at most 32 MiB can be answered.'],
        )
      })

      it('that floods its log runs out of time', async () => {
        const { code } = await mischief('flood')
        assert.equal(code, 'TIMEOUT')
        assert.deepEqual(rig.reported, [])
      })

      it('that starts processes without end is ended, or can not start more', async () => {
        const { code } = await mischief('fork')
        assert.match(String(code), /^(LIMIT_EXCEEDED|TIMEOUT|FUNCTION_CRASHED)$/)
        await untilGone()
      })

      it('that leaves a daemon loses it with its process', async () => {
        assert.equal(jsonOf(await mischief('daemon')), 'started')
        assert.equal(sleepers().length, 1)
        // The process of the former revision ends.
        await rig.deploy(sources[runtime], given)
        await untilGone()
      })

      it('that closes its channel ends', async () => {
        const { code } = await mischief('close')
        assert.equal(code, 'FUNCTION_CRASHED')
      })

      for (const event of ['line', 'endless'] as const) {
        it(`that writes ${event === 'line' ? 'a line of' : 'endless'} garbage to its channel loses its process`, async () => {
          const { code, message } = await mischief(event)
          assert.equal(code, 'FUNCTION_CRASHED')
          assert.match(String(message), /\(it broke the runtime protocol: /)
        })
      }

      it('that announces an answer without end runs out of time', async () => {
        const { code } = await mischief('liar')
        assert.match(String(code), /^(TIMEOUT|RESULT_INVALID|FUNCTION_CRASHED)$/)
      })

      const sleepers = () => listProcesses().filter(({ pid }) => commandLineOf(pid).includes(seconds))
      const untilGone = () => eventually(() => assert.deepEqual(sleepers(), []), 10_000)
    })
  }
}
