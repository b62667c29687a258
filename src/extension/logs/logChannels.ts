import { type Disposable, type Event, EventEmitter, l10n, type OutputChannel, window } from 'vscode'
import type { FollowQuery, LogTarget } from '../../client/followLogs.ts'
import type { GatewayClient } from '../../client/gatewayClient.ts'
import { createRunHeading, jobNameOf } from '../../client/runHeadings.ts'
import type { LogLine } from '../../contract/logs.ts'
import { createLineBatcher, type LineBatcher } from '../model/lineBatcher.ts'
import type { LogResource } from '../model/logResource.ts'
import { logText, ownLogText } from '../model/logText.ts'

/** One run of a CronJob, or one call of a function. */
export type LogPart = { readonly executionId: string } | { readonly invocationId: string }

/** One output channel per CronJob and function, each following at most one log. */
export interface LogChannels extends Disposable {
  /** Shows the channel and follows the resource's log into it, unless that is being done already. */
  follow(resource: LogResource, query: FollowQuery): void
  /** Shows the channel and writes the log of one run or call into it, live to its end, under a heading. */
  showPart(resource: LogResource, part: LogPart, heading: string): void
  /** Ends the following of a resource's log; its channel stays. */
  stop(id: string): void
  readonly following: readonly LogResource[]
  readonly onDidChangeFollowing: Event<void>
}

interface Channel {
  readonly output: OutputChannel
  readonly name: string
  readonly following: Map<string, AbortController>
}

/** Makes the channels; one is created when its log is first shown. `client` is asked anew for each connection. */
export function createLogChannels(client: () => Promise<GatewayClient>, report: (error: unknown) => void): LogChannels {
  const channels = new Map<string, Channel>()
  const followed = new Map<string, LogResource>()
  const changed = new EventEmitter<void>()

  function channelOf(resource: LogResource): Channel {
    const known = channels.get(resource.id)
    if (known !== undefined) return known
    const taken = [...channels.values()].some(c => c.name === `HKS: ${resource.name}`)
    const name = taken ? `HKS: ${resource.name} (${resource.projectName})` : `HKS: ${resource.name}`
    const channel = { output: window.createOutputChannel(name), name, following: new Map() }
    channels.set(resource.id, channel)
    return channel
  }

  async function pump(channel: Channel, target: LogTarget, query: FollowQuery, key: string): Promise<void> {
    if (channel.following.has(key)) return
    const controller = new AbortController()
    channel.following.set(key, controller)
    const batcher = createLineBatcher({ append: text => channel.output.append(text) })
    try {
      await copyLog(client, target, query, batcher, controller.signal)
    } catch (error) {
      report(error)
    } finally {
      batcher.close()
      channel.following.delete(key)
    }
  }

  const own = 'all'
  return {
    get following() {
      return [...followed.values()]
    },
    onDidChangeFollowing: changed.event,
    follow: (resource, query) => {
      const channel = channelOf(resource)
      channel.output.show(true)
      if (channel.following.has(own)) return
      followed.set(resource.id, resource)
      changed.fire()
      void pump(channel, { kind: resource.kind, id: resource.id }, query, own).then(() => {
        followed.delete(resource.id)
        changed.fire()
      })
    },
    showPart: (resource, part, heading) => {
      const channel = channelOf(resource)
      channel.output.show(true)
      channel.output.appendLine(ownLogText(heading, Date.now()))
      if ('executionId' in part) {
        const { executionId } = part
        void pump(channel, { kind: 'execution', id: resource.id, execId: executionId }, {}, executionId)
      } else {
        void pump(channel, { kind: 'function', id: resource.id }, part, part.invocationId)
      }
    },
    stop: id => {
      for (const controller of channels.get(id)?.following.values() ?? []) controller.abort()
    },
    dispose: () => {
      for (const { output, following } of channels.values()) {
        for (const controller of following.values()) controller.abort()
        output.dispose()
      }
      channels.clear()
      changed.dispose()
    },
  }
}

async function copyLog(
  client: () => Promise<GatewayClient>,
  target: LogTarget,
  query: FollowQuery,
  batcher: LineBatcher,
  signal: AbortSignal,
): Promise<void> {
  const say = (text: string): Promise<void> => batcher.write([ownLogText(text, Date.now())])
  // A cut is said once, however many tries it takes to get the log back.
  let cut = false
  const onCut = (): void => {
    if (!cut) void say(l10n.t('The log was cut off; it goes on here when the gateway is back.'))
    cut = true
  }
  const heading = createRunHeading(jobNameOf(client, target.id))
  const textOf = async (lines: readonly LogLine[]): Promise<string[]> => {
    const texts: string[] = []
    for (const line of lines) {
      const jobName = target.kind === 'cronJob' ? await heading(line) : undefined
      if (jobName !== undefined) texts.push(ownLogText(l10n.t('{0} goes on:', jobName), Date.parse(line.time)))
      texts.push(logText(line))
    }
    return texts
  }
  const { followLogs } = await import('../../client/followLogs.ts')
  for await (const batch of followLogs(client, target, { query, signal, onCut })) {
    cut = false
    if ('end' in batch) await say(batch.end)
    else if ('gap' in batch) await say(batch.gap)
    else await batcher.write(await textOf(batch.lines))
  }
}
