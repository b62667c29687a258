import type { InvokeOptions } from '../../src/client/gatewayClient.ts'
import type { BuiltGateway } from '../builtGateway.ts'
import { deploy } from '../functions/deployed.ts'
import { type BenchRow, elapsed, medianAndP95 } from '../row.ts'

const rounds = 20
const timeoutSeconds = 1

/** Waits for the signal and answers then; or hangs, so that nothing but its end helps; or answers at once. */
const patient = `export const handler = (event, { signal }) => {
  if (event === 'hang') for (;;);
  if (event === 'wait') return new Promise(resolve => signal.addEventListener('abort', () => resolve('told')))
}
`

/** How soon a call that is cancelled has ended, and how soon a function serves again whose process hung. */
export async function measureCallEndings(gateway: BuiltGateway): Promise<BenchRow[]> {
  const { client } = gateway.now()
  const id = await deploy(gateway, 'patient', 'node', patient, { timeout: timeoutSeconds })
  const invoke = (event: string, options: InvokeOptions = {}) =>
    client.invoke(id, Buffer.from(JSON.stringify(event)), { contentType: 'application/json', ...options })
  const cancelled: number[] = []
  while (cancelled.length < rounds) {
    const { invocationId } = await invoke('wait', { prefer: 'respond-async' })
    cancelled.push(await elapsed(() => client.call('cancelInvocation', { params: { id: invocationId! } })))
  }
  const answered: number[] = []
  const serving: number[] = []
  while (answered.length < rounds) {
    const took = await elapsed(async () => {
      const { code } = await invoke('hang')
      if (code !== 'TIMEOUT') throw new Error(`A call without end was answered with ${code}.`)
    })
    answered.push(took - timeoutSeconds * 1000)
    serving.push(await elapsed(() => invoke('go on')))
  }
  return [
    {
      name: `node: call cancelled → handler told, ended and on record, ${rounds} times`,
      ours: medianAndP95(cancelled),
    },
    { name: `node: time of an endless loop up → its caller answered, ${rounds} times`, ours: medianAndP95(answered) },
    { name: `node: that answer → the next call answered, by another process`, ours: medianAndP95(serving) },
  ]
}
