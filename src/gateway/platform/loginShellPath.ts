import { randomUUID } from 'node:crypto'
import { access, constants } from 'node:fs/promises'
import { startWatched } from './watchedCommand.ts'

/** What Debian gives a login without a profile of its own. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A profile that asks questions or waits for the network is not waited for longer. */
const timeoutMilliseconds = 5000

/** What a shell says of itself. */
const ofTheShell = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL'])

/** The shell to ask and the environment to give it. */
export interface LoginShell {
  /** Absolute path, such as /bin/bash. */
  readonly shell: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMilliseconds?: number
}

/** A PATH, and why it is not that of the login shell if it is not. */
export interface FoundPath {
  readonly path: string
  /** All that the profile exports; empty when the shell did not tell. A value of several lines is cut to its first one. */
  readonly variables: Readonly<Record<string, string>>
  readonly problem?: string
}

/**
 * The PATH that the user's terminal has: an interactive login shell is asked once (version managers set it up in either
 * file). A shell that fails or takes too long gives the default and a problem to show.
 */
export async function loginShellPath(options: LoginShell): Promise<FoundPath> {
  const { shell, env } = options
  if (!shell) return { path: defaultPath, variables: {}, problem: 'No login shell is known.' }
  const mark = `hks-${randomUUID()}`
  try {
    await access(shell, constants.X_OK)
    const output = await outputOf(
      shell,
      ['-i', '-l', '-c', `echo ${mark}; /usr/bin/env; echo ${mark}`],
      mark,
      { PATH: defaultPath, ...env },
      options.timeoutMilliseconds ?? timeoutMilliseconds,
    )
    const told = (output.split(mark)[1] ?? '').matchAll(/^([A-Za-z_]\w*)=(.*)$/gm)
    const { PATH: path, ...all } = Object.fromEntries([...told].map(([, name, value]) => [name!, value!]))
    const variables = Object.fromEntries(Object.entries(all).filter(([name]) => !ofTheShell.has(name)))
    if (!path) return { path: defaultPath, variables: {}, problem: `${shell} did not tell its PATH.` }
    return { path, variables }
  } catch (error) {
    return { path: defaultPath, variables: {}, problem: `${shell} did not tell its PATH: ${(error as Error).message}.` }
  }
}

function outputOf(
  program: string,
  args: readonly string[],
  mark: string,
  env: Readonly<Record<string, string>>,
  milliseconds: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdout, closed, end } = startWatched(program, args, env)
    let output = ''
    const timer = setTimeout(() => finish(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds)
    const finish = (error?: Error) => {
      clearTimeout(timer)
      stdout.destroy()
      end()
      if (error) reject(error)
      else resolve(output)
    }
    stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      // What a profile leaves running may hold the pipe open, so its end is not waited for.
      if (output.split(mark).length > 2) finish()
    })
    closed.then(() => finish(), finish)
  })
}
