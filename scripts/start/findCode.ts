import { run } from '../run.ts'

/** The oldest VS Code that the extension runs in; the same as `engines.vscode`. */
const floor: readonly [number, number] = [1, 115]

/** What is known of the `code` on PATH. */
export type Code = { readonly kind: 'usable' | 'tooOld'; readonly version: string } | { readonly kind: 'missing' }

/** Looks for VS Code on PATH. Its remote and terminal-only kinds answer other versions and are not taken. */
export async function findCode(): Promise<Code> {
  const text = await run(command, ['--version'], { shell: windows }).catch(() => '')
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+/.exec(text) ?? []
  if (major === undefined || minor === undefined) return { kind: 'missing' }
  const version = text.split('\n')[0]?.trim() ?? ''
  const [wanted, atLeast] = floor
  const recent = Number(major) > wanted || (Number(major) === wanted && Number(minor) >= atLeast)
  return { kind: recent ? 'usable' : 'tooOld', version }
}

const windows = process.platform === 'win32'

/** The name of VS Code's command. */
export const command = windows ? 'code.cmd' : 'code'
