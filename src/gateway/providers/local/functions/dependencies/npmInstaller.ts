import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { HksError } from '../../../../../contract/errors.ts'
import { interpreterMounts, type InterpreterSurroundings } from '../../../../platform/sandbox/interpreterMounts.ts'
import type { TargetPlatform } from '../../../../domain/targetBuilds.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import { exists } from '../codeStore.ts'
import type { Interpreter } from '../interpreters.ts'
import { installCommand } from '../installCommand.ts'
import { copyTree } from '../linkTree.ts'
import type { BuildTeller } from '../sourceBuilder.ts'
import { installFailed, type InstallFailure } from './installFailure.ts'
import type { Installer } from './installer.ts'
import { explainNpm, withoutHelp } from './npmFailure.ts'
import { allowsScripts, lockFileOf, readNpmDeclared } from './npmLock.ts'
import { npmSettings } from './registrySettings.ts'
import { type RunTool, workIn } from './runTool.ts'

/** What installing needs. */
export interface NpmInstallerOptions {
  readonly run: RunTool
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly surroundings: () => Promise<InterpreterSurroundings>
  /** Folder for what npm downloaded. */
  readonly cacheFolder: string
}

/**
 * What is always said to npm, whatever an .npmrc says: packages for development stay away, and what can not be reached is
 * given up soon.
 */
const flags = [
  ...['--omit=dev', '--install-links=false', '--no-audit', '--no-fund', '--no-update-notifier'],
  ...['--no-progress', '--color=false', '--loglevel=http', '--logs-max=0'],
  ...['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'],
]

/** Said to npm as an order, as an .npmrc can say the same in many ways. Older ones know nothing of `--allow-git`. */
const programFlags = (runsPrograms: string | undefined): readonly string[] => {
  if (runsPrograms === undefined) return ['--ignore-scripts', '--allow-git=none']
  return [allowsScripts(runsPrograms) ? '--no-ignore-scripts' : '--ignore-scripts']
}

/** Packages that exist for each system are chosen by these; the official images have glibc. */
const platformFlags: Readonly<Record<TargetPlatform, readonly string[]>> = {
  'linux/amd64': ['--os=linux', '--cpu=x64', '--libc=glibc'],
  'linux/arm64': ['--os=linux', '--cpu=arm64', '--libc=glibc'],
}

const fetched = /^npm http fetch GET 200 \S+\.(?:tgz|tar\.gz)\b/

/** Runs `npm ci` with the interpreter of the function. */
export function createNpmInstaller(options: NpmInstallerOptions): Installer {
  return {
    place: 'node_modules',
    decisiveVersionParts: 1,
    read: readNpmDeclared,
    install: async ({ folder, declared: { total, runsPrograms }, interpreter, target }, staged, signal, tell) => {
      const environment = await options.environment()
      const { npm, prefix } = await findNpm(interpreter, environment['PATH'] ?? '')
      const work = workIn(staged)
      await layOutProject(folder, work)
      const settings = join(staged, 'npmrc')
      const { values, certificates } = await npmSettings(prefix, environment['HOME'])
      await writeFile(settings, [...values].map(([name, value]) => `${name}=${value}\n`).join(''))
      // What others will use is not left to such programs.
      const cacheFolder = runsPrograms === undefined ? options.cacheFolder : join(staged, 'cache')
      await mkdir(cacheFolder, { recursive: true })
      const surroundings = await options.surroundings()
      const command = {
        argv: [
          ...[interpreter.path, npm, 'ci', ...flags, ...programFlags(runsPrograms)],
          ...[`--userconfig=${settings}`, `--cache=${cacheFolder}`],
          ...(target === undefined ? [] : platformFlags[target.platform]),
        ] as [string, ...string[]],
        folder: staged,
        // Programs of packages find the same node.
        environment: {
          ...interpreter.environment,
          PATH: `${dirname(interpreter.path)}${delimiter}${environment['PATH'] ?? ''}`,
          ...(certificates !== undefined && { NODE_EXTRA_CA_CERTS: certificates }),
        },
        mounts: [
          ...interpreterMounts(interpreter.path, surroundings),
          { path: dirname(dirname(npm)), access: 'read' as const },
          ...(certificates === undefined ? [] : [{ path: certificates, access: 'read' as const }]),
          ...(runsPrograms === undefined ? [{ path: cacheFolder, access: 'write' as const }] : []),
        ],
      }
      const { exitCode, lines: said } = await options.run(
        command,
        signal,
        counting(target === undefined ? total : undefined, tell),
      )
      if (exitCode === 0) {
        const modules = join(work, 'node_modules')
        // All packages may be optional, and for other systems.
        await mkdir(modules, { recursive: true })
        return modules
      }
      const words = withoutHelp(said)
      const failure: InstallFailure = { file: await lockFileOf(folder), tool: 'npm ci', exitCode, lines: words }
      throw installFailed(failure, explainNpm(words))
    },
  }
}

/** Counts what was fetched; everything else that npm says is worth reading. */
function counting(total: number | undefined, tell: BuildTeller): (line: string) => void {
  let completed = 0
  return line => {
    if (!line.startsWith('npm http')) return tell.line(line.startsWith('npm') ? line : `npm: ${line}`)
    if (!fetched.test(line)) return
    completed += 1
    tell.progress({ phase: 'installing', ...(total !== undefined && { completed: Math.min(completed, total), total }) })
  }
}

/** What npm reads; all of it where packages of the source itself are linked. */
async function layOutProject(source: string, work: string): Promise<void> {
  await mkdir(work, { recursive: true })
  const lock = await readFile(join(source, await lockFileOf(source)), 'utf8')
  if (/"link"\s*:\s*true|"(?:resolved|version)"\s*:\s*"file:/.test(lock)) {
    // Copies: npm may write where it works.
    return copyTree(source, work)
  }
  for (const name of ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc']) {
    const text = await ifThere(readFile(join(source, name)))
    if (text !== undefined) await writeFile(join(work, name), text)
  }
}

/** The npm beside the interpreter, or one on the PATH. @throws HksError RUNTIME_MISSING */
async function findNpm(
  { path }: Interpreter,
  searchPath: string,
): Promise<{ readonly npm: string; readonly prefix: string }> {
  for (const folder of [dirname(path), ...searchPath.split(delimiter)]) {
    const candidate = join(folder, 'npm')
    if (!(await exists(candidate))) continue
    const real = await realpath(candidate)
    if (real.endsWith('npm-cli.js')) return { npm: real, prefix: dirname(folder) }
  }
  throw new HksError('RUNTIME_MISSING', 'npm is not installed: the packages of package.json can not be installed.', {
    details: { runtime: 'node', tool: 'npm' },
    hint: `Install it with: ${installCommand('npm', searchPath)}`,
  })
}
