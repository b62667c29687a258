import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { followLogs, type FollowOptions } from '../../src/client/followLogs.ts'
import { createGatewayClient, type GatewayAddress } from '../../src/client/gatewayClient.ts'
import type { LogLine } from '../../src/contract/logs.ts'
import { fakeGateway, json, type Received } from './fakeGateway.ts'

const total = 40
const record = (seq: number): string =>
  `${JSON.stringify({ seq, time: '2026-01-01T00:00:00.000Z', stream: 'stdout', text: `zeile ${seq} ü` })}\n`

async function collect(address: GatewayAddress, options: Partial<FollowOptions> = {}) {
  const seqs: number[] = []
  let end: string | undefined
  const { signal = new AbortController().signal, ...rest } = options
  const client = async () => createGatewayClient(address)
  for await (const batch of followLogs(client, { kind: 'cronJob', id: 'a' }, { ...rest, signal })) {
    if ('end' in batch) end = batch.end
    else if ('lines' in batch) seqs.push(...batch.lines.map((line: LogLine) => line.seq))
  }
  return { seqs, end }
}

/** Where a request asks to begin. */
const afterOf = ({ url }: Received) => Number(new URL(url, 'http://x').searchParams.get('after') ?? 0)

/** Sends `count` lines and the beginning of another, in pieces that respect no line, then cuts. */
function sendAndCut(request: Received, response: ServerResponse, count: number): void {
  const from = afterOf(request) + 1
  const lines = Array.from({ length: Math.min(count, total + 1 - from) }, (_, at) => record(from + at)).join('')
  const bytes = Buffer.from(lines + record(from + count).slice(0, 25))
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7))
  setTimeout(() => response.destroy(), 20)
}

describe('following a log', () => {
  it('goes on behind the last line after a cut: no gap, no duplicate', async () => {
    const cuts: string[] = []
    await using gateway = await fakeGateway((request, response) => {
      if (afterOf(request) < total) return sendAndCut(request, response, 17)
      response.writeHead(200).end(`${JSON.stringify({ end: 'The run has ended.' })}\n`)
    })
    const { seqs, end } = await collect(gateway.address, {
      query: { tail: total },
      onCut: error => cuts.push(error.code),
    })
    assert.deepEqual(
      seqs,
      Array.from({ length: total }, (_, at) => at + 1),
    )
    assert.equal(end, 'The run has ended.')
    assert.deepEqual(cuts, ['GATEWAY_UNREACHABLE', 'GATEWAY_UNREACHABLE', 'GATEWAY_UNREACHABLE'])
    assert.deepEqual(
      gateway.received.map(request => new URL(request.url, 'http://x').search),
      ['?tail=40&follow=true', '?after=17&follow=true', '?after=34&follow=true', '?after=40&follow=true'],
    )
  })

  it('resumes behind what was looked through or is gone, and tells of the latter in its place', async () => {
    const answers = [
      `{"reached":500}\n${record(501)}{"unknown":1}\n{"gap":"Gone.","from":502,"to":600}\n${record(601)}`,
      `{"reached":90000}\n`,
      `${record(90_001)}{"end":"Over."}\n`,
    ]
    await using gateway = await fakeGateway((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      response.write(answers.shift())
      setTimeout(() => response.destroy(), 50)
    })
    const seen: unknown[] = []
    const query = { tail: 5, grep: 'zeile', since: '2026-01-01T00:00:00Z' }
    const { signal } = new AbortController()
    const client = async () => createGatewayClient(gateway.address)
    for await (const batch of followLogs(client, { kind: 'cronJob', id: 'a' }, { query, signal })) {
      if ('lines' in batch) seen.push(...batch.lines.map(line => line.seq))
      else seen.push(batch)
    }
    assert.deepEqual(seen, [501, { gap: 'Gone.', from: 502, to: 600 }, 601, 90_001, { end: 'Over.' }])
    assert.deepEqual(
      gateway.received.map(request => Object.fromEntries(new URL(request.url, 'http://x').searchParams)),
      [
        { ...query, tail: '5', follow: 'true' },
        { grep: 'zeile', after: '601', follow: 'true' },
        { grep: 'zeile', after: '90000', follow: 'true' },
      ],
    )
  })

  it('waits for a gateway that is not there yet, and stops at what the gateway refuses', async () => {
    let answers = 0
    await using gateway = await fakeGateway((_request, response) => {
      if (answers++ === 0) json(response, 503, { error: 'It ends.', code: 'GATEWAY_DRAINING' })
      else json(response, 404, { error: 'No CronJob "a" exists.', code: 'NOT_FOUND' })
    })
    await assert.rejects(collect(gateway.address), { code: 'NOT_FOUND' })
    assert.equal(answers, 2)
  })

  it('tells when it is open and when it is cut, and ends with what whoever is told of a cut throws', async () => {
    const told: string[] = []
    await using gateway = await fakeGateway((request, response) => sendAndCut(request, response, 17))
    const onOpen = () => void told.push('open')
    const onCut = () => {
      told.push('cut')
      if (told.length > 3) throw new Error('enough')
    }
    await assert.rejects(collect(gateway.address, { onOpen, onCut, longestPauseMs: 1 }), /enough/)
    assert.deepEqual(told, ['open', 'cut', 'open', 'cut'])
  })

  it('ends without an error when it is cancelled', async () => {
    const controller = new AbortController()
    await using gateway = await fakeGateway((_request, response) => {
      response.writeHead(200).write(record(1))
      setTimeout(() => controller.abort(), 20)
    })
    assert.deepEqual((await collect(gateway.address, { signal: controller.signal })).seqs, [1])
  })

  it('reads the log of each kind of resource at its own route', async () => {
    await using gateway = await fakeGateway((_request, response) => void response.writeHead(200).end('{"end":"x"}\n'))
    const client = async () => createGatewayClient(gateway.address)
    const { signal } = new AbortController()
    for (const target of [
      { kind: 'execution', id: 'a', execId: 'b' },
      { kind: 'function', id: 'f' },
    ] as const) {
      for await (const batch of followLogs(client, target, { signal })) assert.deepEqual(batch, { end: 'x' })
    }
    assert.deepEqual(
      gateway.received.map(request => request.url.split('?')[0]),
      ['/api/v1/applications/cronjobs/a/executions/b/logs', '/api/v1/functions/f/logs'],
    )
  })
})
