// Entry in a pod. The process for the handler is started before anything else is read: its start is most of a cold start.
import { readSettings, WrongSetting } from './settings.mjs'
import { spawnHandler } from './spawnHandler.mjs'

const exitUsage = 64

function settingsOrExit() {
  try {
    return readSettings(process.argv.slice(3), process.env)
  } catch (error) {
    if (!(error instanceof WrongSetting)) throw error
    process.stderr.write(`hks runtime: ${error.message}\n`)
    process.exit(exitUsage)
  }
}

const settings = settingsOrExit()
const first = spawnHandler()
const { supervise } = await import('./supervise.mjs')
supervise(settings, first)
