import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { root } from '#test/support/root.js'

const inside = join(import.meta.dirname, 'inside.js')

/** The built server, in a process of its own. */
export interface Server {
  pid: number
  origin: string
  /** All that it has written, but for the lines that it writes of each request. */
  output: () => string
  lives: () => boolean
  /** Milliseconds that its clock is ahead, or how names that end in `.test` fail to resolve. */
  tell: (change: { shift?: number, failure?: string | null }) => void
  get: (path: string) => Promise<Got>
  /** Asks it to end; its exit code, `null` where it had to be killed. */
  end: () => Promise<number | null>
}

/** What it answers; without a status where the connection broke. */
export interface Got {
  status?: number
  headers: Record<string, string | string[] | undefined>
  text: string
  ms: number
}

/** Milliseconds: nothing is waited for as long. */
const limit = 20_000

/** Starts the server with these settings and no others, and ends it with the test. */
export async function startServer (t: Test, env: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, ['--import', inside, join(root, 'dist/server.js')], {
    env: { PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const lives = () => child.exitCode === null && child.signalCode === null
  const agent = new Agent({ connections: 256 })
  t.teardown(async () => {
    if (lives()) child.kill('SIGKILL')
    await agent.destroy()
  })

  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => { output += withoutRequests(text) })
  }
  const address = () => /listening at (http:[^"]+)"/.exec(output)?.[1]
  while (address() === undefined) {
    if (!lives()) throw new Error(`the server ended at its start: ${output}`)
    await sleep(10)
  }
  const origin = address()!

  return {
    pid: child.pid!,
    origin,
    output: () => output,
    lives,
    tell: (change) => { child.send(change) },
    async get (path) {
      const start = performance.now()
      try {
        const { statusCode, headers, body } = await request(origin + path, {
          dispatcher: agent, headersTimeout: limit, bodyTimeout: limit
        })
        return { status: statusCode, headers, text: await body.text(), ms: performance.now() - start }
      } catch (err) {
        return { headers: {}, text: String(err), ms: performance.now() - start }
      }
    },
    async end () {
      child.kill('SIGTERM')
      return await Promise.race([exited, sleep(limit, null, { ref: false })])
    }
  }
}

const withoutRequests = (text: string) =>
  text.split('\n').filter((line) => !line.includes('"msg":"request completed"')).join('\n')
