import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../../../../../contract/errors.ts'
import type { TargetPlatform } from '../../../../domain/targetBuilds.ts'
import { interpreterMounts, type InterpreterSurroundings } from '../../../../platform/sandbox/interpreterMounts.ts'
import { programFolder } from '../goSource.ts'
import { installCommand } from '../installCommand.ts'
import { copyTree } from '../linkTree.ts'
import { installFailed } from './installFailure.ts'
import type { Installer, InstallTarget } from './installer.ts'
import { explainPip } from './pipFailure.ts'
import { pipSettings } from './registrySettings.ts'
import { readRequirements, requirementsFile } from './requirements.ts'
import { type RunTool, workIn } from './runTool.ts'

/** What installing needs. */
export interface PipInstallerOptions {
  readonly run: RunTool
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly surroundings: () => Promise<InterpreterSurroundings>
  /** Folder for what pip downloaded. */
  readonly cacheFolder: string
}

/** Only wheels, which are unpacked: what is built runs programs of the package. A requirements.txt can ask for it. */
const flags = [
  ...['--only-binary=:all:', '--no-input', '--disable-pip-version-check', '--no-color', '--progress-bar=off'],
  ...['--no-warn-script-location', '--retries=1', '--timeout=20'],
]

const machines: Readonly<Record<TargetPlatform, string>> = { 'linux/amd64': 'x86_64', 'linux/arm64': 'aarch64' }
/** The glibc of wheels for Linux: from the oldest that are made (PEP 599) to that of Debian 12, which has 2.36. */
const [oldestGlibc, newestGlibc] = [17, 36]

/** Wheels for another machine: pip knows only what it is told of it. Compiled files would say when they were made. */
function targetFlags({ platform, version }: InstallTarget): readonly string[] {
  const machine = machines[platform]
  const minors = Array.from({ length: newestGlibc - oldestGlibc + 1 }, (_, i) => newestGlibc - i)
  const names = [...minors.map(minor => `manylinux_2_${minor}_${machine}`), `manylinux2014_${machine}`]
  return [
    ...names.map(name => `--platform=${name}`),
    ...[`--python-version=${version}`, '--implementation=cp', '--no-compile'],
  ]
}

/** pip tells indexes what system this is, and fails on a file that is there and can not be read. */
const releaseFiles = [
  '/etc/debian_version',
  '/etc/lsb-release',
  '/etc/os-release',
  '/etc/redhat-release',
  '/etc/SuSE-release',
]

/** Runs `pip install` with the interpreter of the function. */
export function createPipInstaller(options: PipInstallerOptions): Installer {
  return {
    place: join(programFolder, 'packages'),
    decisiveVersionParts: 2,
    read: readRequirements,
    install: async ({ folder, declared, interpreter, target }, staged, signal, tell) => {
      const environment = await options.environment()
      const work = workIn(staged)
      // Copies: a package of the source itself is built where it lies.
      await copyTree(folder, work)
      await mkdir(options.cacheFolder, { recursive: true })
      const packages = join(staged, 'packages')
      await mkdir(packages)
      const { values, certificates } = await pipSettings(environment['HOME'])
      const surroundings = await options.surroundings()
      const programs = [interpreter.path, ...(interpreter.base === undefined ? [] : [interpreter.base])]
      // What others will use is not left to programs of a package.
      const isShared = declared.runsPrograms === undefined
      const cache = isShared ? [`--cache-dir=${options.cacheFolder}`] : ['--no-cache-dir']
      const command = {
        argv: [
          ...[interpreter.path, '-I', '-m', 'pip', 'install', ...flags, ...cache],
          ...[...values].flatMap(([name, list]) => list.split(/\s+/).map(value => `--${name}=${value}`)),
          ...(certificates === undefined ? [] : [`--cert=${certificates}`]),
          ...(target === undefined ? [] : targetFlags(target)),
          ...[`--target=${packages}`, `--requirement=${requirementsFile}`],
        ] as [string, ...string[]],
        folder: staged,
        environment: { ...interpreter.environment, PIP_CONFIG_FILE: '/dev/null', PIP_ROOT_USER_ACTION: 'ignore' },
        mounts: [
          ...programs.flatMap(program => interpreterMounts(program, surroundings)),
          ...[...releaseFiles, ...(certificates === undefined ? [] : [certificates])]
            .filter(path => existsSync(path))
            .map(path => ({ path, access: 'read' as const })),
          ...(isShared ? [{ path: options.cacheFolder, access: 'write' as const }] : []),
        ],
      }
      const { exitCode, lines } = await options.run(command, signal, line => tell.line(`pip: ${line}`))
      if (exitCode === 0) return packages
      if (lines.some(line => line.endsWith('No module named pip'))) throw withoutPip(environment['PATH'] ?? '')
      const cause = explainPip(lines)
      const isMissing = target !== undefined && cause.reason === 'notFound'
      throw installFailed(
        { file: requirementsFile, tool: 'pip install', exitCode, lines },
        isMissing ? { ...cause, hint: withoutWheel(target) } : cause,
      )
    },
  }
}

const withoutWheel = ({ platform, version }: InstallTarget) =>
  `Look at the name and the version, and whether there is a ready-made wheel for Python ${version} on ${platform}; nothing is built for another machine.`

const withoutPip = (searchPath: string) =>
  new HksError('RUNTIME_MISSING', `pip is not installed: the packages of ${requirementsFile} can not be installed.`, {
    details: { runtime: 'python', tool: 'pip' },
    hint: `Install it with: ${installCommand('python3-pip', searchPath)}`,
  })
