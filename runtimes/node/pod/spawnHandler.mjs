// Starts the process that holds the handler: the same program, with frames on a socket pair.

const { spawn } = process.getBuiltinModule('node:child_process')

const [, program] = process.argv
const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']

/** Starts one with the environment of the function. */
export const spawnHandler = () =>
  spawn(process.execPath, [...flags, program, '--fd', '3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: it is ended with all that it starts, and hears no signal that is meant for this process.
    detached: true,
  })
