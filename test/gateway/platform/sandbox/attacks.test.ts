import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, copyFileSync, cpSync, linkSync, mkdirSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { probeSandbox } from '../../../../src/gateway/platform/sandbox/probeSandbox.ts'
import type { SandboxLevel } from '../../../../src/gateway/platform/sandbox/sandbox.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import type { AttackResult, StarterOptions } from './attackStarter.ts'
import { type Attack, attacks, type Outcome } from './attackTable.ts'
import { isPythonThere, pythonProgram } from './pythonProgram.ts'

const root = resolve(import.meta.dirname, '../../../..')
const run = promisify(execFile)
/** A user that owns nothing on any machine. */
const nobody = 65534

describe('attacks from a sandbox', () => {
  const folder = temporaryFolder()
  after(() => folder[Symbol.dispose]())
  const ownUid = process.getuid?.() ?? 0
  const users = ownUid === 0 ? [0, nobody] : [ownUid]

  for (const level of ['strict', 'landlock', 'none'] as const) {
    for (const uid of users) {
      describe(`at the level ${level}, as ${uid === 0 ? 'root' : 'an ordinary user'}`, function () {
        this.timeout(180_000)
        let results: readonly AttackResult[] = []
        before(async function () {
          const missing = await reasonAgainst(level)
          if (missing !== undefined) {
            this.test!.parent!.title += ` (skipped: sandbox: ${missing})`
            this.skip()
          }
          results = await attackAs(uid, level, folder.path)
        })
        for (const attack of attacks) {
          const expected = outcomeFor(attack, level, uid)
          if (expected === 'open where it is') continue
          it(`${expected === 'open' ? 'lets code' : 'keeps code from this:'} ${attack.title}`, () => {
            const found = results.filter(({ title }) => title === attack.title)
            assert.deepEqual(
              found.map(({ program }) => program),
              attack.programs,
            )
            for (const { program, outcome } of found) {
              assert.match(outcome, expected === 'open' ? /^open$/ : /^blocked/, `${program}: ${outcome}`)
            }
          })
        }
      })
    }
  }
})

describe('docs/security.md', () => {
  it('says what each attack comes to at each level', () => {
    const rows = readFileSync(join(root, 'docs/security.md'), 'utf8')
      .split('\n')
      .filter(line => line.startsWith('|'))
      .map(line =>
        line
          .split('|')
          .slice(1, -1)
          .map(cell => cell.trim()),
      )
    for (const { title, outcomes } of attacks) {
      const row = rows.find(([cell]) => cell === title) ?? assert.fail(`${title} is not there`)
      const words: Readonly<Record<Outcome, string>> = {
        blocked: 'blocked',
        open: '**open**',
        'open for root': '**open** for root',
        'open where it is': '**open** where it is',
      }
      assert.deepEqual(
        row.slice(1, 4),
        (['strict', 'landlock', 'none'] as const).map(level => words[outcomes[level]]),
        title,
      )
    }
  })
})

/** A kernel before 6.12 lets code at `landlock` signal others and reach abstract sockets, which the filter closes. */
function outcomeFor({ title, outcomes }: Attack, level: SandboxLevel, uid: number): Exclude<Outcome, 'open for root'> {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const isOld = major < 6 || (major === 6 && minor < 12)
  if (level === 'landlock' && isOld && title === 'signal the gateway') return 'open'
  const outcome = outcomes[level]
  return outcome === 'open for root' ? (uid === 0 ? 'open' : 'blocked') : outcome
}

async function reasonAgainst(level: SandboxLevel): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'sandbox: it is for Linux'
  if (!isPythonThere()) return 'python3 is not installed'
  using scratch = temporaryFolder()
  const sandboxFolder = join(root, 'runtimes/sandbox')
  const support = await probeSandbox({
    folder: sandboxFolder,
    scratchFolder: scratch.path,
    path: '/usr/bin:/bin',
    supervisor: await findSupervisor(sandboxFolder),
    best: level,
  })
  return support.level === level ? undefined : `sandbox: ${support.problems.map(({ what }) => what).join(' ')}`
}

/** Runs all attacks as a user; what that user has to read is put where everybody can. */
async function attackAs(uid: number, level: SandboxLevel, folder: string): Promise<readonly AttackResult[]> {
  const tools = join(folder, `${level}-${uid}`)
  chmodSync(folder, 0o755)
  mkdirSync(tools)
  for (const name of ['attack.py', 'attack.mjs']) {
    copyFileSync(join(root, 'test/fixtures/sandbox', name), join(tools, name))
  }
  cpSync(join(root, 'runtimes/sandbox'), join(tools, 'sandbox'), { recursive: true })
  linkOrCopy(process.execPath, join(tools, 'node'))
  const python = pythonProgram()
  const options: StarterOptions = {
    level,
    uid,
    tools,
    sandboxFolder: join(tools, 'sandbox'),
    programs: {
      node: { path: join(tools, 'node') },
      python3: { path: python, ...(python.startsWith('/usr/') ? {} : { mount: dirname(dirname(python)) }) },
    },
  }
  const starter = join(import.meta.dirname, 'attackStarter.ts')
  const { stdout } = await run(process.execPath, [starter, JSON.stringify(options)], {
    env: { PATH: '/usr/bin:/bin', HKS_ATTACK_SECRET: randomUUID() },
    maxBuffer: 16 * 1024 ** 2,
  })
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AttackResult)
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}
