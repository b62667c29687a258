import assert from 'node:assert/strict'
import { findGateway } from '../../src/client/findGateway.ts'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'

/** A client of the gateway that owns a data folder, whoever started it. */
export async function gatewayOf(home: string): Promise<GatewayClient> {
  const found = await findGateway(home)
  assert.ok(found.kind === 'answering', `no gateway answers: ${found.kind}`)
  return found.client
}
