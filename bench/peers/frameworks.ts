import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The frameworks that serve one function in one process, at the versions that are compared with. */
export const frameworks = {
  node: '@google-cloud/functions-framework@5.0.5',
  python: 'functions-framework==3.10.2',
} as const

/** A server of one function; disposing ends it. */
export interface Framework extends AsyncDisposable {
  readonly url: string
}

const run = promisify(execFile)
const cache = resolve(import.meta.dirname, '../../.cache/bench-peers')

const handlers = {
  node: `exports.double = (request, response) => { response.send({ answer: request.body.number * 2 }) }\n`,
  python: `def double(request):\n    return {"answer": request.get_json()["number"] * 2}\n`,
} as const

/** Installs the framework of a language unless it is there, and serves the function that doubles with it. */
export async function startFramework(language: keyof typeof frameworks): Promise<Framework> {
  const folder = join(cache, frameworks[language].replace(/^.*\//, ''))
  await mkdir(folder, { recursive: true })
  const port = String(await freePort())
  return language === 'node' ? startNode(folder, port) : startPython(folder, port)
}

async function startNode(folder: string, port: string): Promise<Framework> {
  const program = join(folder, 'node_modules/.bin/functions-framework')
  if (!existsSync(program))
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, frameworks.node])
  await writeFile(join(folder, 'index.js'), handlers.node)
  return serve(program, ['--target=double', `--source=${folder}`, `--port=${port}`], port)
}

async function startPython(folder: string, port: string): Promise<Framework> {
  const program = join(folder, 'bin/functions-framework')
  if (!existsSync(program)) {
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin/pip'), ['install', '--quiet', frameworks.python])
  }
  const source = join(folder, 'main.py')
  await writeFile(source, handlers.python)
  return serve(program, ['--target', 'double', '--source', source, '--host', '127.0.0.1', '--port', port], port)
}

async function serve(program: string, args: readonly string[], port: string): Promise<Framework> {
  // A group of its own: one of them forks a worker that serves.
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const exit = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGTERM')
    await exit
  }
  await Promise.race([
    untilAnswers(Number(port)),
    exit.then(() => {
      throw new Error(`${program} ended before it served.`)
    }),
  ])
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: stop }
}

async function untilAnswers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(50)
    } finally {
      socket.destroy()
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
