import type { InvocationDetail } from '../../contract/invocations.ts'
import type { Payload } from '../../contract/functionInvoke.ts'
import type { Notice } from '../ui/notice.ts'
import { t } from '../ui/text.ts'
import { payloadOf } from './modelDraft.ts'
import { notKeptText } from './recordSection.ts'

/** How a call can be made again. */
export type Replay =
  /** What it was sent goes into the editor and is sent. */
  | { readonly kind: 'edit'; readonly payload: Payload }
  /** What no editor can hold is sent as it was. */
  | { readonly kind: 'same'; readonly notice: Notice }
  /** It goes into the editor and waits there for what was masked. */
  | { readonly kind: 'fill'; readonly payload: Payload; readonly notice: Notice }
  | { readonly kind: 'never'; readonly notice: Notice }

/** Decides it from what is kept of the call. */
export function replayOf(call: InvocationDetail): Replay {
  const { request } = call
  if (request === undefined) return { kind: 'never', notice: { severity: 'warning', text: notKeptText(call) } }
  const payload = payloadOf(request)
  if (!request.masked) {
    if (payload !== undefined) return { kind: 'edit', payload }
    const text = t('This call was sent bytes or a CloudEvent. It is sent again as it was; the editor keeps its own.')
    return { kind: 'same', notice: { severity: 'info', text } }
  }
  const masked = t('A secret in what this call was sent is masked, so it was not sent again.')
  if (payload === undefined) return { kind: 'never', notice: { severity: 'warning', text: masked } }
  const hint = t('It is in the editor: put the secret in and invoke.')
  return { kind: 'fill', payload, notice: { severity: 'warning', text: masked, hint } }
}
