import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import { eventually } from '../../support/eventually.ts'
import { gatewayOf } from '../../support/gatewayOf.ts'

const source = `export function handler(event) {
  const text = 'Hello ' + event.name
  return { text }
}
`
/** Where `text` is known; counted from one. */
const line = 3

/** A stop of any debug session of the window. */
interface Stop {
  readonly session: vscode.DebugSession
  readonly threadId: number
}

/** In a remote window files are named by their URI. */
const pathOf = (named: string): string => (named.includes('://') ? vscode.Uri.parse(named).path : named)

describe('debugging a function', () => {
  const folder = vscode.workspace.workspaceFolders![0]!
  const functionFolder = join(folder.uri.fsPath, 'functions/greet')
  const file = vscode.Uri.file(join(functionFolder, 'index.mjs'))
  const stops: Stop[] = []
  const tracking = vscode.debug.registerDebugAdapterTrackerFactory('*', {
    createDebugAdapterTracker: session => ({
      onDidSendMessage: (message: { event?: string; body?: { threadId: number } }) => {
        if (message.event === 'stopped') stops.push({ session, threadId: message.body!.threadId })
      },
    }),
  })
  const live = new Map<string, string>()
  const watching = [
    vscode.debug.onDidStartDebugSession(session => live.set(session.id, session.name)),
    vscode.debug.onDidTerminateDebugSession(session => live.delete(session.id)),
  ]
  let client: GatewayClient
  let id: string

  before(async () => {
    mkdirSync(functionFolder, { recursive: true })
    writeFileSync(join(functionFolder, 'function.yaml'), 'name: greet\nruntime: node\ntimeout: 1\n')
    writeFileSync(file.fsPath, source)
    vscode.debug.addBreakpoints([
      new vscode.SourceBreakpoint(new vscode.Location(file, new vscode.Position(line - 1, 0))),
    ])
  })
  after(() => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints)
    for (const each of [tracking, ...watching]) each.dispose()
  })

  const start = async () => {
    const configuration = { type: 'hks-function', request: 'launch', name: 'Debug greet', source: functionFolder }
    assert.equal(await vscode.debug.startDebugging(folder, configuration), true)
    client = await gatewayOf(process.env['HKS_HOME']!)
    const [project] = (await client.call('listProjects')).items
    const { items } = await client.call('listFunctions', { params: { id: project!.id } })
    id = items.find(({ name }) => name === 'greet')!.id
  }
  const call = async () => {
    const { body } = await client.invoke(id, Buffer.from('{"name":"Ada"}'), { contentType: 'application/json' })
    return JSON.parse(Buffer.from(body).toString()) as unknown
  }
  const stopped = () => eventually(() => stops.shift() ?? assert.fail('nothing stopped'))
  const inspectorOf = ({ session }: Stop): URL => {
    for (let one: vscode.DebugSession | undefined = session; one; one = one.parentSession) {
      const address = one.configuration['websocketAddress'] as unknown
      if (typeof address === 'string') return new URL(address)
    }
    return assert.fail('no session knows the inspector')
  }

  it('stops at a breakpoint of the file in the editor, and the call waits for it', async () => {
    await start()
    const answer = call()
    const stop = await stopped()
    const trace = (await stop.session.customRequest('stackTrace', { threadId: stop.threadId })) as {
      stackFrames: { line: number; source: { path: string } }[]
    }
    const [frame] = trace.stackFrames
    assert.deepEqual([pathOf(frame!.source.path), frame!.line], [file.fsPath, line])
    // Longer than its timeout.
    await new Promise(resolve => setTimeout(resolve, 1500))
    await stop.session.customRequest('continue', { threadId: stop.threadId })
    assert.deepEqual(await answer, { text: 'Hello Ada' })

    const { port } = inspectorOf(stop)
    await vscode.debug.stopDebugging()
    await eventually(async () => {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      const socket = createConnection(Number(port), '127.0.0.1', () => resolve('connected'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      const seen = await promise
      socket.destroy()
      assert.equal(seen, 'ECONNREFUSED')
    })
    // On a busy machine the window calls one active for a while that has ended.
    await eventually(() => assert.deepEqual([...live.values()], []), 60_000)
    assert.deepEqual(await call(), { text: 'Hello Ada' })
    assert.deepEqual(stops, [])
  })
})
