import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { root } from '#test/support/root.js'
import { uninstrumented } from '#test/support/uninstrumented.js'

const hooks = join(import.meta.dirname, 'server-hooks.js')

/** The built server in its own process. */
export interface Server {
  pid: number
  origin: string
  /** The output so far, without the log lines of requests. */
  output: () => string
  isRunning: () => boolean
  /** Shifts the server's clock, or makes the lookup of `.test` names fail with an error code. */
  change: (change: { clockShiftMs?: number, dnsFailure?: string | null }) => void
  get: (path: string) => Promise<ServerResponse>
  /**
   * Closes the connections, and sends SIGTERM.
   * @returns the exit code, or `null` if the server does not exit in time
   */
  end: () => Promise<number | null>
}

/** A response of the server; without a status if the connection failed. */
export interface ServerResponse {
  status?: number
  headers: Record<string, string | string[] | undefined>
  text: string
  durationMs: number
}

/** Limit of a response and of the shutdown. */
const timeoutMs = 20_000

/** Starts the server with these settings alone, and ends it with the test. */
export async function startServer (t: Test, env: Record<string, string>): Promise<Server> {
  const command = uninstrumented(process.execPath, '--import', hooks, join(root, 'dist/server.js'))
  const child = spawn(...command, {
    env: { PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const agent = new Agent({ connections: 256 })
  t.teardown(async () => {
    if (isRunning()) child.kill('SIGKILL')
    await agent.destroy()
  })

  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => { output += withoutRequests(text) })
  }
  const address = () => /listening at (http:[^"]+)"/.exec(output)?.[1]
  while (address() === undefined) {
    if (!isRunning()) throw new Error(`the server exited during its start: ${output}`)
    await sleep(10)
  }
  const origin = address()!

  return {
    pid: child.pid!,
    origin,
    output: () => output,
    isRunning,
    change: (change) => { child.send(change) },
    async get (path) {
      const start = performance.now()
      try {
        const { statusCode, headers, body } = await request(origin + path, {
          dispatcher: agent, headersTimeout: timeoutMs, bodyTimeout: timeoutMs
        })
        return { status: statusCode, headers, text: await body.text(), durationMs: performance.now() - start }
      } catch (err) {
        return { headers: {}, text: String(err), durationMs: performance.now() - start }
      }
    },
    async end () {
      // It would wait for another request on an open connection.
      await agent.close()
      child.kill('SIGTERM')
      return await Promise.race([exited, sleep(timeoutMs, null, { ref: false })])
    }
  }
}

const withoutRequests = (text: string) =>
  text.split('\n').filter((line) => !line.includes('"msg":"request completed"')).join('\n')
