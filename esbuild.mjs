/**
 * Builds `dist/`: gateway, command line, extension, webviews, and the folders that are shipped as they are.
 *
 *   node esbuild.mjs            once; a build whose inputs have not changed is skipped
 *   node esbuild.mjs --watch    again whenever an input changes
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, watch, writeFile } from 'node:fs/promises'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import esbuild from 'esbuild'

const root = import.meta.dirname
const watching = process.argv.includes('--watch')
const dist = join(root, 'dist')
const stampFile = join(dist, '.stamp.json')

/** Folders and files that decide what `dist/` holds. */
const inputs = ['src', 'runtimes', 'templates', 'deploy', 'esbuild.mjs', 'package.json', 'package-lock.json']

/** Folders shipped as they are; tests and caches inside them are not. */
const copied = ['runtimes', 'templates', 'deploy']
/** What of them is shipped as a bundle. */
const bundled = /^runtimes\/node\//
const notShipped = /(^|\/)(__pycache__|node_modules|\.cache|\.pytest_cache)(\/|$)|\.pyc$/

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  // A linked map is for a debugger; without the link, no process that is measured copies it into its coverage.
  sourcemap: watching ? 'linked' : 'external',
  sourcesContent: true,
  logLevel: 'warning',
  legalComments: 'none',
  // Less to parse at each start; names stay, so that a stack still says where it comes from.
  minifyWhitespace: !watching,
  minifySyntax: !watching,
  charset: 'utf8',
  loader: { '.ttf': 'file', '.svg': 'text', '.sql': 'text' },
  assetNames: '[name]',
}

// A CommonJS dependency inside an ES module still calls require and reads __dirname.
const nodeModule = {
  ...common,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
}

/** How the gateway is bundled: what it imports only later lies in files of its own, which cost nothing until then. */
export const gatewayModule = {
  ...nodeModule,
  splitting: true,
  chunkNames: 'gateway-[name]-[hash]',
}

// Shared modules read import.meta, which CommonJS does not have.
const commonJs = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node22.19',
  mainFields: ['module', 'main'],
  external: ['vscode'],
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  define: {
    'import.meta.url': 'importMetaUrl',
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  },
}

// Few files in place of many: to find and read them is a good part of the start of a function's process.
const nodeRuntime = {
  ...common,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  splitting: true,
  sourcemap: false,
  chunkNames: '[name]-[hash]',
}

const webview = {
  ...common,
  minify: true,
  platform: 'browser',
  format: 'iife',
  target: 'chrome130',
  mainFields: ['module', 'main'],
}

/** Every bundle: its entry, what it becomes, and how. */
async function bundles() {
  const entries = [
    { from: 'src/gateway/main.ts', to: 'gateway.mjs', options: gatewayModule },
    { from: 'src/cli/main.ts', to: 'cli.mjs', options: nodeModule },
    // Read by whatever Node the user has, before its version is known.
    {
      from: 'src/cli/launch.ts',
      to: 'hks-func.mjs',
      options: { ...nodeModule, target: 'node14.18', banner: { js: '#!/usr/bin/env node' } },
    },
    { from: 'src/extension/extension.ts', to: 'extension.cjs', options: commonJs, parts: true },
    { from: 'runtimes/node/main.mjs', to: 'runtimes/node/main.mjs', options: nodeRuntime },
  ]
  const views = await list(join(root, 'src/webviews'))
  for (const file of views.filter(f => /^[^/]+\/main\.ts$/.test(f))) {
    entries.push({ from: `src/webviews/${file}`, to: `webviews/${dirname(file)}.js`, options: webview })
  }
  return entries
}

/** All files below a folder, as sorted paths with forward slashes; none when there is no such folder. */
async function list(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(error => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries
    .filter(e => e.isFile())
    .map(e => relative(folder, join(e.parentPath, e.name)).split(sep).join('/'))
    .filter(f => !notShipped.test(f))
    .sort()
}

/** Changes whenever the content of any input does. */
async function digestOfInputs() {
  const hash = createHash('sha256').update(common.sourcemap)
  for (const input of inputs) {
    const path = join(root, input)
    const files = /\.\w+$/.test(input) ? [''] : await list(path)
    for (const file of files)
      hash
        .update(`${input}/${file}\0`)
        .update(await readFile(join(path, file)))
        .update('\0')
  }
  return hash.digest('hex')
}

async function isCurrent(digest) {
  const stamp = JSON.parse(await readFile(stampFile, 'utf8').catch(() => '{}'))
  if (stamp.digest !== digest) return false
  const present = new Set(await list(dist))
  return stamp.files.every(f => present.has(f))
}

/** Writes a file so that a reader sees the old or the new one, never a part; an equal one is left alone. */
async function put(file, contents) {
  const path = join(dist, file)
  const old = await readFile(path).catch(() => undefined)
  if (!old?.equals(contents)) {
    await mkdir(dirname(path), { recursive: true })
    const part = `${path}.${process.pid}.part`
    await writeFile(part, contents)
    await rename(part, path)
  }
  return file
}

async function bundle({ from, to, options }) {
  const entryPoints = { [parse(to).name]: join(root, from) }
  const outdir = join(dist, dirname(to))
  const result = await esbuild.build({ ...options, entryPoints, outdir, outExtension: { '.js': parse(to).ext } })
  return Promise.all(
    result.outputFiles.map(f => put(relative(dist, f.path).split(sep).join('/'), Buffer.from(f.contents))),
  )
}

/**
 * Bundles to CommonJS in parts: what is imported only later lies in files of its own, which a start need not compile.
 * esbuild splits ES modules alone, so each part is translated afterwards.
 */
async function bundleInParts({ from, to, options }) {
  const { banner, define, target, platform, charset, minifyWhitespace, minifySyntax } = options
  const { name, ext } = parse(to)
  const { outputFiles } = await esbuild.build({
    ...options,
    banner: {},
    define: {},
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    entryPoints: { [name]: join(root, from) },
    outdir: dist,
    outExtension: { '.js': ext },
    chunkNames: `${name}-[name]-[hash]`,
  })
  const written = outputFiles.map(async ({ path, text }) => {
    const file = relative(dist, path).split(sep).join('/')
    const { code, map } = await esbuild.transform(text, {
      ...{ define, target, platform, charset, minifyWhitespace, minifySyntax, format: 'cjs', sourcemap: 'external' },
      banner: `"use strict";${text.includes('import.meta.url') ? banner.js : ''}`,
      supported: { 'dynamic-import': false },
    })
    const link = watching ? `//# sourceMappingURL=${file}.map\n` : ''
    return [await put(file, Buffer.from(code + link)), await put(`${file}.map`, Buffer.from(map))]
  })
  return (await Promise.all(written)).flat()
}

async function copy() {
  const files = []
  for (const folder of copied) {
    for (const file of await list(join(root, folder))) {
      if (bundled.test(`${folder}/${file}`)) continue
      files.push(await put(`${folder}/${file}`, await readFile(join(root, folder, file))))
    }
  }
  for (const file of ['codicon.css', 'codicon.ttf']) {
    files.push(await put(`webviews/${file}`, await readFile(join(root, 'node_modules/@vscode/codicons/dist', file))))
  }
  return files
}

/** Brings `dist/` up to date. Says what it did; throws when a bundle does not build. */
export async function build() {
  const started = Date.now()
  const digest = await digestOfInputs()
  if (await isCurrent(digest)) return 'dist/ is up to date'
  await rm(stampFile, { force: true })
  // Whatever builds is written, so that work on one part goes on while another is broken.
  const built = await Promise.allSettled((await bundles()).map(b => (b.parts ? bundleInParts(b) : bundle(b))))
  const files = [...built.flatMap(b => b.value ?? []), ...(await copy())].sort()
  const failed = built.find(b => b.status === 'rejected')
  if (failed) throw failed.reason
  const wanted = new Set(files)
  for (const stale of (await list(dist)).filter(f => !wanted.has(f) && !f.endsWith('.part')))
    await rm(join(dist, stale))
  if (wanted.has('hks-func.mjs')) await chmod(join(dist, 'hks-func.mjs'), 0o755)
  await put('.stamp.json', Buffer.from(JSON.stringify({ digest, files })))
  return `built dist/ (${files.length} files) in ${Date.now() - started} ms`
}

async function buildOnEveryChange() {
  const say = () =>
    build().then(
      text => console.log(text),
      error => console.error(error.errors ? 'not built: see above' : error),
    )
  await say()
  const follow = async folder => {
    for await (const { filename } of watch(folder, { recursive: true }))
      if (!notShipped.test(filename ?? '')) await say()
  }
  await Promise.all(['src', ...copied].map(f => follow(join(root, f))))
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  if (watching) await buildOnEveryChange()
  else console.log(await build())
}
