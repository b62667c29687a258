import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where Linux keeps the machine's id (machine-id(5), and D-Bus's older place). */
const files = ['/etc/machine-id', '/var/lib/dbus/machine-id']

/** Names this machine across restarts; its host name where the system keeps no id. */
export function machineId(): string {
  for (const file of files) {
    try {
      const id = readFileSync(file, 'utf8').trim()
      if (id !== '') return id
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return hostname()
}
