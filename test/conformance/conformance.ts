import assert from 'node:assert/strict'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import type { CronJob, CronJobCreate } from '../../src/contract/cronJobs.ts'
import type { CronJobExecution } from '../../src/contract/executions.ts'
import { applicationTests } from './applications.ts'
import { cronJobFunctionTests } from './cronJobFunctions.ts'
import { cronJobLedgerTests } from './cronJobLedger.ts'
import { cronJobRunTests } from './cronJobRuns.ts'
import { cronJobTests } from './cronJobs.ts'

/** A provider behind a running gateway, with a project to work in. */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly client: GatewayClient
  /** A project that holds nothing. */
  readonly projectId: string
  /** A command that waits that long and then ends well, as the provider can run it. */
  readonly sleep: (seconds: number) => string[]
  /** A command of the shell `sh`. */
  readonly shell: (script: string) => string[]
  /** Where commands run in containers: what they run in. */
  readonly image?: string
  /** Kubernetes writes one log a container, of stdout and stderr together. */
  readonly streams: 'apart' | 'merged'
}

/** One test of the suite; its title names it in a list of skips. */
export interface ConformanceTest {
  readonly title: string
  readonly run: (context: ConformanceContext) => Promise<void>
}

/** What a test has at hand. */
export interface ConformanceContext extends ProviderUnderTest {
  /** A name that no other test uses. */
  readonly name: () => string
  /** Creates a CronJob with all that the provider needs beside the command. */
  readonly createCronJob: (body: CronJobCreate) => Promise<CronJob>
  /** Waits until a run has ended, by following its log to its end. */
  readonly ended: (applicationId: string, executionId: string) => Promise<CronJobExecution>
}

/** How a provider passes the suite. */
export interface Conformance {
  readonly name: string
  readonly createProviderUnderTest: () => Promise<ProviderUnderTest>
  /** Tests are begun together and not one after the other, where each takes long and loads this machine little. */
  readonly isTogether?: boolean
  /** Titles of tests that can not pass here, each with its reason. A title that is unknown fails. */
  readonly skips: Readonly<Record<string, string>>
}

const tests: readonly ConformanceTest[] = [
  ...cronJobTests,
  ...cronJobRunTests,
  ...applicationTests,
  ...cronJobFunctionTests,
  ...cronJobLedgerTests,
]

/** Declares the suite that every provider passes. */
export function runConformance({ name, createProviderUnderTest, skips, isTogether = false }: Conformance): void {
  describe(`conformance of ${name}`, function () {
    this.timeout(isTogether ? 120_000 : 60_000)
    let context: ConformanceContext
    const begun = new Map<string, Promise<void>>()
    let names = 0
    before(async () => {
      const provider = await createProviderUnderTest()
      context = {
        ...provider,
        [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
        name: () => `job-${++names}`,
        createCronJob: body => {
          const { client, image } = provider
          const isWithout = image === undefined || body.functionId !== undefined
          return client.call('createCronJob', { body: isWithout ? body : { image, ...body } })
        },
        ended: (id, execId) => untilEnded(provider.client, id, execId),
      }
      for (const { title, run } of isTogether ? tests.filter(test => skips[test.title] === undefined) : []) {
        const running = run(context)
        // Its own test says so.
        running.catch(() => undefined)
        begun.set(title, running)
      }
    })
    after(async () => {
      await context?.[Symbol.asyncDispose]()
    })
    it('has tests of different titles and skips only what exists', () => {
      const titles = tests.map(test => test.title)
      assert.equal(new Set(titles).size, titles.length)
      assert.deepEqual(
        Object.keys(skips).filter(title => !titles.includes(title)),
        [],
      )
      assert.ok(Object.values(skips).every(reason => reason.length > 0))
    })
    for (const test of tests) {
      const reason = skips[test.title]
      if (reason === undefined) it(test.title, () => begun.get(test.title) ?? test.run(context))
      else it.skip(`${test.title} (${reason})`)
    }
  })
}

async function untilEnded(client: GatewayClient, id: string, execId: string): Promise<CronJobExecution> {
  const response = await client.open('getExecutionLogs', { params: { id, execId }, query: { follow: true } })
  await response.text()
  return client.call('getExecution', { params: { id, execId } })
}
