import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The system's python3, which every user may run, else the one on the PATH; empty when there is none. */
export function pythonProgram(): string {
  if (existsSync('/usr/bin/python3')) return '/usr/bin/python3'
  const asked = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : ''
}

/** Whether there is a python3. */
export const isPythonThere = (): boolean => pythonProgram() !== ''
