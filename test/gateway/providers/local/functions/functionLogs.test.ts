import assert from 'node:assert/strict'
import type { Runtime } from '../../../../../src/contract/functions.ts'
import { findGo } from '../../../../support/goRuntime.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

/** Handlers that print n lines, in turn to the two streams, or what no terminal should see. */
const sources: Readonly<Record<Runtime, string>> = {
  node: `export const handler = async event => {
  if (typeof event === 'number') for (let n = 0; n < event; n++) console[n % 2 ? 'error' : 'log']('line ' + n)
  else {
    process.stdout.write('\\x1b[31mred\\x1b[0m\\r\\u0007\\u0000end\\n')
    const bytes = Buffer.from('a😀z\\n')
    for (const byte of bytes) process.stdout.write(Buffer.of(byte))
    process.stdout.write(Buffer.from([0x62, 0xc3, 0x28, 0x0a]))
    console.log('x'.repeat(70_000))
  }
  return 'printed'
}
`,
  python: `import sys
def handler(event):
    if isinstance(event, int):
        for n in range(event): print('line %d' % n, file=sys.stderr if n % 2 else sys.stdout)
    else:
        sys.stdout.write('\\x1b[31mred\\x1b[0m\\r\\x07\\x00end\\n')
        for byte in 'a😀z\\n'.encode(): sys.stdout.buffer.write(bytes([byte]))
        sys.stdout.buffer.write(b'b\\xc3(\\n')
        print('x' * 70000)
    return 'printed'
`,
  go: `package function

import (
	"fmt"
	"os"
	"strings"

	"hexabase.io/hks"
)

func Handle(ctx *hks.Context, event any) (any, error) {
	if count, is := event.(float64); is {
		for n := 0; n < int(count); n++ {
			stream := os.Stdout
			if n%2 == 1 {
				stream = os.Stderr
			}
			fmt.Fprintf(stream, "line %d\\n", n)
		}
		return "printed", nil
	}
	fmt.Print("\\x1b[31mred\\x1b[0m\\r\\x07\\x00end\\n")
	for _, one := range []byte("a😀z\\n") {
		os.Stdout.Write([]byte{one})
	}
	os.Stdout.Write([]byte{0x62, 0xc3, 0x28, 0x0a})
	fmt.Println(strings.Repeat("x", 70000))
	return "printed", nil
}
`,
}
const handlers = { node: 'index.handler', python: 'main.handler', go: 'Handle' } as const
const count = 20_000

describe('the log of a function', function () {
  this.timeout(120_000)
  let rig: LocalFunctionsRig
  before(async () => {
    rig = await openLocalFunctions()
  })
  after(() => rig[Symbol.asyncDispose]())

  for (const runtime of ['node', 'python', 'go'] as const) {
    const missing = runtime === 'go' ? findGo().missing : undefined
    const test = missing === undefined ? it : it.skip
    const suffix = missing === undefined ? runtime : `${runtime} (skipped: ${missing})`
    const deploy = (name: string) =>
      rig.deploy(sources[runtime], { name: `${name}-${runtime}`, runtime, handler: handlers[runtime] })

    test(`has the lines of both streams in the order in which they were printed, each tied to its call: ${suffix}`, async () => {
      const { id } = await deploy('ordered')
      assert.equal((await rig.call(id, count)).status, 200)
      const lines = (await rig.wholeLog(id)).filter(({ stream }) => stream !== 'system')
      assert.equal(lines.length, count)
      lines.forEach(({ text, stream }, n) => {
        assert.deepEqual([text, stream], [`line ${n}`, n % 2 === 0 ? 'stdout' : 'stderr'])
      })
      assert.equal(new Set(lines.map(({ invocationId }) => invocationId)).size, 1)
      assert.ok(lines[0]?.invocationId)
      for (let n = 1; n < lines.length; n++) {
        assert.equal(lines[n]!.seq, lines[n - 1]!.seq + 1)
        assert.ok(lines[n]!.time >= lines[n - 1]!.time)
      }
    })

    test(`keeps control characters, joins split characters, shows bytes that are no text, and counts what it cuts: ${suffix}`, async () => {
      const { id } = await deploy('odd')
      assert.equal((await rig.call(id, 'odd')).status, 200)
      const lines = (await rig.wholeLog(id)).filter(({ stream }) => stream === 'stdout')
      assert.deepEqual(
        lines.map(({ text, truncated }) => [text.length > 100 ? text.length : text, truncated]),
        [
          ['\u001b[31mred\u001b[0m\r\u0007\u0000end', undefined],
          ['a😀z', undefined],
          ['b\ufffd(', undefined],
          [65_536, 70_000 - 65_536],
        ],
      )
    })
  }
})
