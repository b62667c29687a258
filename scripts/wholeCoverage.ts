/** `npm run coverage`: how much of the whole source all runs of tests together ran, from what they left in coverage/. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { measureLines } from './lineCoverage/measureLines.ts'

const root = resolve(import.meta.dirname, '..')
const runs = ['coverage/raw', 'coverage/cluster/raw', 'coverage/installation/raw']
const raw = runs.map(folder => join(root, folder)).filter(existsSync)
if (raw.length === 0) throw new Error('There is no coverage yet: npm test, npm run test:cluster')
console.log(await measureLines({ root, raw, folder: join(root, 'coverage/whole'), threshold: 0 }))
