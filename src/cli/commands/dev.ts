import type { Command } from 'commander'
import { createHotReload, type Reload } from '../../client/hotReload.ts'
import { HksError } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import { functionFile } from '../../scaffold/findFunctionFolder.ts'
import { refusedField } from '../../scaffold/refusedField.ts'
import { readSource } from '../../scaffold/sourcePlace.ts'
import { watchSource } from '../../scaffold/watchSource.ts'
import type { Context, Run } from '../context.ts'
import { type DeployOptions, deploymentOf, warningsOf, withDeployOptions } from '../deployOptions.ts'
import { readKeys } from '../dev/keys.ts'
import { createLogFollower } from '../dev/logFollower.ts'
import { tellLongSteps } from '../dev/longSteps.ts'
import { createDevTeller } from '../dev/teller.ts'
import { findSource } from '../findSource.ts'
import { examples } from '../help.ts'
import { openProject } from '../project.ts'
import { functionsOf } from '../resources.ts'

interface Options extends DeployOptions {
  readonly deleteOnExit?: boolean
}

/** The longest that the end waits for the gateway. Milliseconds. */
const cleanUpMs = 10_000

const keys = `
Keys: r and Enter deploys again; q and Enter ends it as Ctrl-C does, with exit code 0.`

/** `dev`: every save is deployed. */
export function addDev(program: Command, run: Run): void {
  withDeployOptions(
    program.command('dev [path]').description('deploy a function, again at each save of its files, and follow its log'),
  )
    .option('--delete-on-exit', 'delete the function at the end if it was not there before')
    .addHelpText('after', keys)
    .addHelpText('after', examples('hks-func dev', 'hks-func dev functions/greet', 'hks-func dev resize.py --json'))
    .action((path: string | undefined, options: Options, command: Command) =>
      run(command, context => dev(context, path ?? '.', options)),
    )
}

async function dev(context: Context, path: string, options: Options): Promise<void> {
  const place = await findSource(context, path)
  const first = await readSource(place, context.signal)
  warningsOf(first, options).forEach(context.out.say)
  const { name } = deploymentOf(first, options)
  const project = await openProject(context)
  const find = async (within: Context) => (await functionsOf(within, project.id)).find(fn => fn.name === name)
  let last = await find(context)
  const wasThere = last !== undefined
  const teller = createDevTeller(context, { place, name, project: project.name })

  const end = new AbortController()
  const quit = () => end.abort()
  const fail = (error: unknown) => end.abort(error)
  context.signal.addEventListener('abort', quit, { once: true })
  const session = { ...context, signal: end.signal }
  const log = createLogFollower(session, fail)
  const follow = (fn: Function | undefined) => {
    last = fn
    if (fn !== undefined) log.follow(fn.id)
  }
  let tried = first
  const reload = createHotReload({
    projectId: project.id,
    connect: context.reconnect,
    read: async signal => {
      const source = await readSource(place, signal)
      tried = source
      if (options.name === undefined) refuseOtherName(source.settings.name, name)
      return deploymentOf(source, options)
    },
    onReload: done => {
      if (done.kind === 'serving') follow(done.function)
      teller.reloaded(placed(done), last?.revision ?? 0)
      // What a first revision prints while it fails to load is in the log of a function that is there by now.
      if (last === undefined) find(context).then(follow).catch(fail)
    },
  })
  /** The gateway reads no function.yaml: what it refuses of one has its line here. */
  const placed = (done: Reload): Reload =>
    done.kind === 'refused' && tried.written !== undefined
      ? { ...done, error: refusedField(done.error, tried.written, deploymentOf(tried, options)) }
      : done
  follow(last)
  const watching = tellLongSteps(session, { projectId: project.id, name }, teller.doing)
  try {
    using _watch = await watchSource(place, { onChange: reload.changed, onEnd: fail })
    using _keys = readKeys(context, { again: reload.again, quit })
    teller.watching()
    reload.changed()
    if (!end.signal.aborted) await new Promise(resolve => end.signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await reload.stop()
    quit()
    await Promise.all([log.ended(), watching])
  }
  await cleanUp()
  if (end.signal.reason instanceof HksError) throw end.signal.reason

  async function cleanUp(): Promise<void> {
    if (!options.deleteOnExit || wasThere) return teller.ended(last === undefined ? 'none' : 'kept')
    // The command itself was ended, so what is left to do has a limit of its own.
    const within = { ...context, signal: AbortSignal.timeout(cleanUpMs) }
    const fn = await find(within)
    if (fn === undefined) return teller.ended('none')
    const client = await context.client()
    await client.call('deleteFunction', { params: { id: fn.id }, query: {}, signal: within.signal })
    teller.ended('deleted')
  }
}

function refuseOtherName(found: string, name: string): void {
  if (found === name) return
  throw new HksError('INVALID_REQUEST', `name: ${functionFile} says "${found}" now; this session is of "${name}".`, {
    details: { field: 'name', value: found },
    hint: 'End it and start it again.',
  })
}
