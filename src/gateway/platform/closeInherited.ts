import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC as /proc/PID/fdinfo tells it, octal. */
const closeOnExec = 0o2000000

/**
 * Closes the descriptors above stderr that whoever started this process handed down, so that no process of ours gets
 * them. Node's own are closed on exec; Electron's may not be, so nothing is done there. Linux only, nothing elsewhere.
 */
export function closeInherited(): void {
  if (process.platform !== 'linux' || process.versions['electron'] !== undefined) return
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    if (fd > 2 && isHandedDown(fd)) closeSync(fd)
  }
}

function isHandedDown(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch (error) {
    // The descriptor of the listing itself.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
