import { spawn } from 'node:child_process'

/** Where and how a command runs. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** `show` passes the command's output through; `onFailure` prints it only when the command fails. */
  readonly output?: 'show' | 'onFailure'
  /** Set where the command may be a batch file. */
  readonly shell?: boolean
}

/** Runs a command to its end and answers what it wrote; a code other than 0 is an error that carries the output. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const show = options.output === 'show'
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      shell: options.shell ?? false,
    })
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', cause => reject(new Error(`${command} could not be started: ${cause.message}`, { cause })))
    child.on('close', (code, signal) => {
      const text = Buffer.concat(chunks).toString('utf8')
      if (code === 0) return resolve(text)
      const end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`
      reject(new Error([`${command} ${args.join(' ')} ${end}`, text.trim()].filter(Boolean).join('\n')))
    })
  })
}
