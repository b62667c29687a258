import { HksError } from '../../contract/errors.ts'
import type { GatewaySession } from '../gatewayProcess/gatewaySession.ts'
import { escapeMarkdown, type NodeTarget } from '../model/treeNode.ts'

/** Which way leads to a function whose address somebody points at, or why none does; Markdown. Nothing for other rows. */
export async function wayToFunction(session: GatewaySession, target: NodeTarget): Promise<string | undefined> {
  // Looking starts no gateway.
  if (target.kind !== 'url' || session.state.kind !== 'ready') return undefined
  try {
    const client = await session.ready()
    const { message } = await client.call('getFunctionAccess', { params: { id: target.functionId } })
    return escapeMarkdown(message)
  } catch (error) {
    if (error instanceof HksError) return escapeMarkdown(error.message)
    throw error
  }
}
