import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isExecutable } from '../../../src/gateway/platform/isExecutable.ts'
import { ensureBuilt } from '../../support/ensureBuilt.ts'
import { lackOfSandbox } from '../../support/lackOfSandbox.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { type Acknowledged, assertKept, countOf, nothingAcknowledged } from './acknowledged.ts'
import { type AdoptedGateway, adopter, startAdopted } from './adoptedGateway.ts'
import { answersOf, makeWorkplace, type WorkKind, type Workplace, workUntilKilled } from './restlessWork.ts'

/** Of each level; CONTRIBUTING.md says how to have more. */
const rounds = Number(process.env['HKS_TEST_ROUNDS'] ?? 16)
/** Every so many rounds it is killed while it starts, else while it works. */
const startEvery = 4
const longestStartMs = 600
/** Between an answer and the kill: most work is in the middle of something then. */
const longestDelayMs = 60
/** What a supervisor ends is gone so soon after the kill; with Landlock each ends its own tree, process by process. */
const goneMs = { strict: 1000, landlock: 5000 } as const
/** The guard, which ends the rest, waits until it has found nothing for 0.4 seconds; on a busy machine that takes longer. */
const guardMs = 10_000

/** From 0 to 1, spread evenly and without a pattern. */
const shareOf = (round: number) => (round * 0.618_034) % 1
const kinds = Object.keys(answersOf) as WorkKind[]

for (const level of ['strict', 'landlock', 'none'] as const) {
  describe(`a gateway that is killed again and again, at the level ${level}`, function () {
    this.timeout(60_000 + rounds * 10_000)
    const folder = temporaryFolder()
    before(async function () {
      const lack = await reasonAgainst(level)
      if (lack === undefined) return ensureBuilt()
      this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
      this.skip()
    })
    after(() => folder[Symbol.dispose]())

    it(`has lost nothing that it acknowledged and leaves no process, in ${rounds} rounds`, async () => {
      const workspace = join(folder.path, 'shop')
      mkdirSync(workspace)
      // Without a sandbox there is no supervisor either: the next gateway ends what is left.
      const supervised = level !== 'none'
      const env = {
        HKS_SANDBOX: level,
        HKS_WARM_PROCESSES: '1',
        ...(supervised ? {} : { HKS_RUNTIMES: withoutSupervisor(folder.path) }),
      }
      const start = () => startAdopted(join(folder.path, 'home'), env)
      // What there was to lose, and to leave behind.
      const totals: Record<string, number> = {}
      const add = (counts: Readonly<Record<string, number>>) => {
        for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count
      }

      let place: Workplace | undefined
      let done: Acknowledged = nothingAcknowledged(1)
      const runs = new Map<string, string>()
      const killed: AdoptedGateway[] = []
      try {
        for (let round = 1; round <= rounds; round++) {
          const gateway = await start()
          killed.push(gateway)
          if (round % startEvery === 0) await sleep(shareOf(round) * longestStartMs)
          let work: Promise<void> | undefined
          if (round % startEvery !== 0) {
            const client = await gateway.ready
            assert.ok(client, `round ${round}: it does not start`)
            await giveUp(killed, gateway)
            place ??= await makeWorkplace(client, workspace, supervised ? 'hidden' : 'marked')
            await assertKept(client, place.deployed, done)
            done = nothingAcknowledged(done.revision)
            const awaited = kinds[round % kinds.length]!
            let missing = 1 + Math.floor(shareOf(round) * answersOf[awaited])
            const enough = Promise.withResolvers<void>()
            work = workUntilKilled(client, place, round, done, kind => {
              if (kind === awaited && --missing === 0) enough.resolve()
            })
            await Promise.race([enough.promise, work])
            await sleep(shareOf(round * 7) * longestDelayMs)
          }
          add({ left: gateway.descendants().length })
          await gateway.kill()
          await work
          if (level !== 'none') await assertNoneIsLeft(gateway, goneMs[level])
          for (const [run, job] of done.runs) runs.set(run, job)
          if (work) add(countOf(done))
        }
        const gateway = await start()
        killed.push(gateway)
        const client = (await gateway.ready)!
        await giveUp(killed, gateway)
        await assertKept(client, place!.deployed, { ...done, runs })
      } finally {
        for (const gateway of killed) await gateway[Symbol.asyncDispose]()
      }
      if (process.env['HKS_TEST_ROUNDS'] !== undefined) console.log(`${level}: ${JSON.stringify(totals)}`)
      for (const [name, count] of Object.entries(totals)) assert.ok(count >= rounds, `${name}: ${count}`)
    })
  })
}

/** Why there are no rounds at a level. */
async function reasonAgainst(level: 'strict' | 'landlock' | 'none'): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it is for Linux'
  if (!isExecutable(adopter.perl)) return `${adopter.perl} is not there`
  return lackOfSandbox(level)
}

/** An installation whose supervisor is not there. */
function withoutSupervisor(folder: string): string {
  const runtimes = join(folder, 'runtimes')
  mkdirSync(runtimes)
  for (const language of ['node', 'python', 'go']) {
    symlinkSync(resolve(import.meta.dirname, '../../../dist/runtimes', language), join(runtimes, language))
  }
  return runtimes
}

/** Gateways that were killed before this one started have left nothing by now. */
async function giveUp(killed: AdoptedGateway[], successor: AdoptedGateway): Promise<void> {
  while (killed[0] !== successor) {
    await waitWhile(guardMs, () => killed[0]!.descendants().some(({ pid }) => isGuard(pid)))
    assertNone(killed[0]!.descendants())
    await killed.shift()![Symbol.asyncDispose]()
  }
}

/** Nothing but the guard is left so soon. */
async function assertNoneIsLeft(gateway: AdoptedGateway, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds
  let left: ReturnType<AdoptedGateway['descendants']> = []
  // One look may miss a process whose parent ends at that moment.
  for (let quietLooks = 0; quietLooks < 5 && performance.now() < deadline; await sleep(10)) {
    left = gateway.descendants().filter(({ pid }) => !isGuard(pid))
    quietLooks = left.length === 0 ? quietLooks + 1 : 0
  }
  assertNone(left)
}

async function waitWhile(milliseconds: number, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (performance.now() < deadline && isTrue()) await sleep(10)
}

const assertNone = (processes: readonly { readonly pid: number }[]) =>
  assert.deepEqual(
    processes.map(({ pid }) => `${pid} ${commandOf(pid)}`),
    [],
  )

const isGuard = (pid: number) => commandOf(pid).includes('/sandbox/guard.pl ')

/** For the message of a failure: a process that is gone by now has no words. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
