import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { request } from 'undici'
import { startSimulator } from '#simulator/simulator.js'
import { openPipe, readPipe } from '#test/support/pipe.js'
import { freePort } from '#test/support/redis/server.js'
import { summary } from '#test/support/redis/replicas.js'
import { spawnServer } from '#test/support/server-process.js'

/** Starts a server whose stdout and stderr are a file descriptor, and waits until it responds. */
async function start (t: Test, fd: number, env: Record<string, string> = {}) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const PORT = String(await freePort())
  const { child, exited } = spawnServer(t, { ...simulator.env, PORT, ...env }, ['ignore', fd, fd])
  const origin = `http://127.0.0.1:${PORT}`
  const get = async (path: string) => {
    const { statusCode, body } = await request(origin + path)
    return { statusCode, text: await body.text() }
  }
  while (!await get('/healthz').then(() => true, () => false)) await sleep(50)
  const dropped = async () => {
    const { text } = await get('/metrics')
    return Number(/^openstack_monitoring_log_lines_dropped_total (\d+)$/m.exec(text)![1])
  }
  return { child, exited, get, dropped, simulator, origin }
}

t.test('on a full disk it serves, counts the dropped log lines, and ends on SIGTERM', async (t) => {
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const { child, exited, get, dropped } = await start(t, full)
  t.equal((await get(summary)).statusCode, 200)
  while (await dropped() < 3) await sleep(50)
  t.equal((await get(summary)).statusCode, 200)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('without a reader it serves and ends, and it reports the dropped lines to the next one', async (t) => {
  const { reader, writer, openReader } = openPipe(t)
  const { child, exited, get, dropped } = await start(t, writer)
  closeSync(reader)
  while (await dropped() === 0) await sleep(50)
  const next = openReader()
  t.teardown(() => closeSync(next))
  t.equal((await get(summary)).statusCode, 200)
  let log = ''
  while (!log.includes('log lines were dropped')) {
    await get('/healthz')
    log += readPipe(next)
    await sleep(50)
  }
  const lines = await dropped()
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  log += readPipe(next)
  const reports = log.trim().split('\n').map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)
  t.match(reports, [{ msg: 'log lines were dropped', lines, reason: 'EPIPE' }])
  t.equal(reports.length, 1)
})

t.test('with a reader that has stopped reading it serves, and ends on SIGTERM', async (t) => {
  const { reader, writer, fill } = openPipe(t)
  t.teardown(() => closeSync(reader))
  fill()
  for (const SHUTDOWN_GRACE of ['1s', '1h']) {
    const { child, exited, get } = await start(t, writer, { SHUTDOWN_GRACE })
    t.equal((await get(summary)).statusCode, 200)
    child.kill('SIGTERM')
    t.equal(await exited, 0)
  }
})

t.test('with such a reader a second signal ends it at once', async (t) => {
  const { reader, writer, fill } = openPipe(t)
  t.teardown(() => closeSync(reader))
  fill()
  const settings = { SHUTDOWN_GRACE: '1h', UPSTREAM_TIMEOUT: '1h' }
  const { child, exited, simulator, get } = await start(t, writer, settings)
  simulator.intercept = () => 'hang'
  const outcome = get(summary).then(() => 'response', () => 'closed')
  while (!simulator.calls.some(({ path }) => path.endsWith('/projects'))) await sleep(10)
  child.kill('SIGTERM')
  while (await get('/healthz').then(() => true, () => false)) await sleep(10)
  child.kill('SIGTERM')
  t.equal(await exited, 1)
  t.equal(await outcome, 'closed')
})
