/** What decides where the data folder is. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** As `process.platform` says. */
  readonly platform: string
  /** The user's home folder. */
  readonly homeFolder: string
}

/**
 * The folder that holds all of a user's state: `HKS_HOME`, else the platform's own place (XDG Base Directory on Linux,
 * Application Support on macOS, LOCALAPPDATA on Windows).
 * @throws RangeError when `HKS_HOME` is not absolute, which would mean another folder in each terminal, or where no file can be
 */
export function dataFolder({ env, platform, homeFolder }: Surroundings): string {
  const chosen = env['HKS_HOME']
  if (chosen) {
    if (!isAbsolute(chosen, platform)) throw new RangeError(`HKS_HOME: "${chosen}" is not an absolute path.`)
    // Node tries for ever to make a folder there.
    if (/^\/+(?:proc|sys)(?:\/|$)/.test(chosen) && platform === 'linux') {
      throw new RangeError(`HKS_HOME: "${chosen}" is the kernel's own, which keeps no files.`)
    }
    return chosen
  }
  if (platform === 'win32') return `${env['LOCALAPPDATA'] ?? `${homeFolder}\\AppData\\Local`}\\Hexabase HKS`
  if (platform === 'darwin') return `${homeFolder}/Library/Application Support/Hexabase HKS`
  const xdg = env['XDG_DATA_HOME']
  // The XDG specification says that a relative path is to be ignored.
  return `${xdg && isAbsolute(xdg, platform) ? xdg : `${homeFolder}/.local/share`}/hexabase-hks`
}

const isAbsolute = (path: string, platform: string): boolean =>
  platform === 'win32' ? /^([a-z]:)?[\\/]/i.test(path) : path.startsWith('/')
