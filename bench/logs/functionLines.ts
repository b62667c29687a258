import type { Runtime } from '../../src/contract/functions.ts'
import type { LogQuery } from '../../src/contract/logs.ts'
import { openBuiltGateway } from '../builtGateway.ts'
import { deploy } from '../functions/deployed.ts'
import { type BenchRow, elapsed, ms } from '../row.ts'
import { useDuring, useText } from './gatewayUse.ts'

const lines = 1_000_000
const delayAimMs = 50
const filling = 'x'.repeat(72)

/** Handlers that print a million lines of 80 characters as fast as they can. */
const printers: Readonly<Partial<Record<Runtime, string>>> = {
  node: `export const handler = () => {
  for (let n = 1; n <= ${lines}; n++) console.log(String(n).padStart(7, '0') + ' ${filling}')
}`,
  python: `def handler(event):
    for n in range(1, ${lines + 1}): print('%07d ${filling}' % n)
`,
  go: `package function

import (
	"fmt"

	"hexabase.io/hks"
)

func Handle(ctx *hks.Context, event any) (any, error) {
	for n := 1; n <= ${lines}; n++ {
		fmt.Printf("%07d ${filling}\\n", n)
	}
	return nil, nil
}
`,
}

/**
 * One call that prints a million lines, each a frame that is written before the next line is printed; then every one is
 * looked for.
 */
export async function functionLines(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const { client } = gateway.now()
  const rows: BenchRow[] = []
  for (const [runtime, source] of Object.entries(printers) as [Runtime, string][]) {
    const id = await deploy(gateway, `${runtime}-million`, runtime, source, { timeout: 600 })
    let took = 0
    const use = await useDuring(gateway.now(), async () => {
      took = await elapsed(async () => {
        const { status } = await client.invoke(id, new Uint8Array())
        if (status !== 200) throw new Error(`the call was answered with ${status}`)
      })
    })
    let count = 0
    for (let position: LogQuery = {}, more = true; more; ) {
      const page = await client.call('getFunctionLogs', { params: { id }, query: { limit: 10_000, ...position } })
      for (const { stream, text } of page.items)
        if (stream === 'stdout' && Number.parseInt(text, 10) === count + 1) count += 1
      position = page.next
      more = page.more
    }
    if (count !== lines) throw new Error(`${count} of ${lines} lines of ${runtime} are stored in order`)
    const rate = lines / (took / 1000)
    rows.push({
      name: `${lines} log lines of one call of a function in ${runtime}, each tied to it`,
      ours: `${ms(took)}, ${Math.round(rate).toLocaleString('en')} lines/s, ${useText(use, lines)}`,
      aim: `event loop p99 < ${delayAimMs} ms, none lost`,
      ok: use.delayMs < delayAimMs,
    })
  }
  return rows
}
