import { run } from '../../../scripts/run.ts'

/** An API server that does not run. It runs again when the value goes out of scope (`await using`), or before. */
export interface StoppedApiServer extends AsyncDisposable {
  /** Resolves when the cluster works again. */
  readonly start: () => Promise<void>
}

/** Stops the API server with the command of `HKS_TEST_CLUSTER_CONTROL`; the whole cluster lacks it until it is started. */
export async function stopApiServer(control: string): Promise<StoppedApiServer> {
  const tell = (verb: 'stop' | 'start') => run('sh', ['-c', `${control} ${verb}`])
  let started: Promise<unknown> | undefined
  const start = async () => {
    await (started ??= tell('start'))
  }
  await tell('stop')
  return { start, [Symbol.asyncDispose]: start }
}
