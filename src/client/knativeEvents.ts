import { HksError } from '../contract/errors.ts'
import type { KnativeEvent, KnativeInstall } from '../contract/knative.ts'
import { type GatewayClient, networkError } from './gatewayClient.ts'
import { readNdjson } from './readNdjson.ts'

/** An event of work that has not failed. */
export type KnativeStep = Exclude<KnativeEvent, { readonly type: 'failed' }>

/** Which work, on which connection; without `install` it is a removal. */
export interface KnativeWork {
  readonly connectionId: string
  readonly install?: KnativeInstall
}

/** Installs or removes Knative; the last step is `done`. @throws HksError why it failed; CANCELLED with the signal */
export async function* knativeEvents(
  client: GatewayClient,
  { connectionId, install }: KnativeWork,
  signal: AbortSignal,
): AsyncGenerator<KnativeStep> {
  const params = { id: connectionId }
  const response = install
    ? await client.open('installKnative', { params, body: install, signal })
    : await client.open('uninstallKnative', { params, signal })
  let isDone = false
  try {
    for await (const events of readNdjson(response.body!)) {
      for (const event of events as KnativeEvent[]) {
        if (event.type === 'failed') throw failureOf(event)
        isDone = event.type === 'done'
        yield event
      }
    }
  } catch (error) {
    throw error instanceof HksError ? error : networkError(error, client.address, signal)
  }
  if (!isDone) throw networkError(new Error('The answer broke off.'), client.address, signal)
}

const failureOf = ({ error, code, details, hint }: Extract<KnativeEvent, { readonly type: 'failed' }>): HksError =>
  new HksError(code, error, { ...(details ? { details } : {}), ...(hint === undefined ? {} : { hint }) })
