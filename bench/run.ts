import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type as system } from 'node:os'
import { join } from 'node:path'
import type { BenchRow } from './row.ts'

/**
 * Runs the benchmarks and prints a table. `npm run bench` runs all of them and rewrites `results.md`;
 * `npm run bench -- schedule logs` runs these and only prints, with `--write` it renews their sections of `results.md`.
 */
const folder = import.meta.dirname
const all = readdirSync(folder)
  .filter(file => file.endsWith('.bench.ts'))
  .map(file => file.slice(0, -'.bench.ts'.length))
  .sort()
const given = process.argv.slice(2)
const isRenewal = given.includes('--write')
const chosen = given.filter(argument => argument !== '--write')
const unknown = chosen.find(name => !all.includes(name))
if (unknown !== undefined) {
  process.stderr.write(`There is no benchmark "${unknown}"; there are ${all.join(', ')}.\n`)
  process.exit(2)
}

const today = new Date().toISOString().slice(0, 10)
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()} ${release()}, Node ${process.versions.node}`
const results = join(folder, 'results.md')
const sections = new Map(isRenewal && chosen.length > 0 ? readSections(readFileSync(results, 'utf8')) : [])
for (const name of chosen.length > 0 ? chosen : all) {
  process.stderr.write(`${name} …\n`)
  const { run } = (await import(join(folder, `${name}.bench.ts`))) as { run: () => Promise<readonly BenchRow[]> }
  const section = `## ${name}\n\nOn ${today}: ${machine}.\n\n${table(await run())}\n`
  process.stdout.write(`\n${section}`)
  sections.set(name, section)
}

const head = `# Measured

\`npm run bench\` prints this table and writes it here. Figures depend on the machine and on what else it does; those of
a row and of its peer come from the same run.
`
if (chosen.length === 0 || isRenewal) {
  const inOrder = all.flatMap(name => sections.get(name) ?? [])
  writeFileSync(results, `${head}\n${inOrder.join('\n')}`)
}

/** Each section by its name, as it stands. */
function readSections(text: string): (readonly [string, string])[] {
  return text
    .split(/^(?=## )/m)
    .slice(1)
    .map(section => [/^## (.+)/.exec(section)![1]!, `${section.trimEnd()}\n`])
}

function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(row => [
    row.name,
    row.ours,
    row.peer ?? '',
    row.aim ?? '',
    row.ok === undefined ? '' : row.ok ? 'yes' : 'no',
  ])
  return [['what', 'ours', 'peer', 'aim', 'met'], ['---', '---', '---', '---', '---'], ...cells]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n')
}
