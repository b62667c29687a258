import { delimiter, join } from 'node:path'
import { isExecutable } from '../../../platform/isExecutable.ts'
import { packageManagers } from '../../../platform/packageManagers.ts'

const installers = [...packageManagers, ['brew', 'brew install']] as const

/** What the others call the packages of Debian. */
const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dnf: { 'golang-go': 'golang' },
  apk: { 'golang-go': 'go', 'python3-pip': 'py3-pip' },
  pacman: { python3: 'python', 'python3-pip': 'python-pip', 'golang-go': 'go' },
  zypper: { 'golang-go': 'go' },
  brew: { 'golang-go': 'go', 'python3-pip': 'python3', npm: 'node' },
}

/** The command that installs a package of Debian's name with what is on the PATH. */
export function installCommand(name: string, path: string): string {
  for (const [program, command] of installers) {
    if (path.split(delimiter).some(folder => isExecutable(join(folder, program))))
      return `${command} ${otherNames[program]?.[name] ?? name}`
  }
  return `your system's package manager (the package is called ${name})`
}
