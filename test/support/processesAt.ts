import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Command lines and working folders of processes that have to do with a folder; but for this process. None where the system
 * does not tell (`canSeeProcesses`).
 */
export const processesAt = (folder: string): readonly string[] =>
  (canSeeProcesses ? readdirSync('/proc') : [])
    .filter(name => /^\d+$/.test(name) && name !== String(process.pid))
    .map(pid => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return `${line} in ${readlinkSync(`/proc/${pid}/cwd`)}`
      } catch {
        // It has ended.
        return ''
      }
    })
    .filter(line => line.includes(folder))

export const canSeeProcesses = process.platform === 'linux'
