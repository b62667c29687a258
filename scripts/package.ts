/** `npm run package`: builds and leaves one `.vsix` in the root. */
import { stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { build } from '../esbuild.mjs'
import { packageVsix } from './packageVsix.ts'

const root = resolve(import.meta.dirname, '..')
console.log(await build())
const vsix = await packageVsix(root)
console.log(`packed ${relative(root, vsix)} (${Math.round((await stat(vsix)).size / 1024)} KB)`)
