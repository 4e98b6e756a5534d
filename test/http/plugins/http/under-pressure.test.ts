import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runMeasuredServer } from '#test/support/server-process.js'

/** Code for the server's process: starts the pressure at one input on stdin, and ends it at the next. */
const onInput = (start: string, end: string) => `import v8 from 'node:v8'
  let on = false, memory = []
  process.stdin.on('data', () => { on = !on; if (on) { ${start} } else { ${end} } })`

const pressures = {
  eventLoopDelay: {
    flags: [],
    overloadDelay: '1s',
    // Each turn of the event loop takes longer than the limit of a second.
    code: onInput(`
      const work = () => {
        for (const end = performance.now() + 1_500; performance.now() < end;);
        if (on) setTimeout(work, 1)
      }
      work()`, '')
  },
  heapUsedBytes: {
    // The rest of such a heap is large enough: V8 ends a process whose collections free little memory.
    flags: ['--max-old-space-size=1000'],
    overloadDelay: '0',
    code: onInput(`
      const isFull = ({ used_heap_size, heap_size_limit }) => used_heap_size >= 0.79 * heap_size_limit
      while (!isFull(v8.getHeapStatistics())) memory.push(new Array(100_000).fill(0.5))`, 'memory = []')
  }
}

for (const [name, { flags, overloadDelay, code }] of Object.entries(pressures)) {
  t.test(`rejects requests at once under pressure of ${name}, except health checks`, async (t) => {
    const module = `data:text/javascript,${encodeURIComponent(code)}`
    const { get, togglePressure, end, output } = await start(t, overloadDelay, ...flags, '--import', module)
    const path = '/v1/openstack/projects/summary'
    t.equal((await get(path)).status, 200)
    togglePressure()
    const rejected = await waitForStatus(() => get(path), 503)
    t.equal(rejected.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    t.equal(rejected.headers.get('retry-after'), '5')
    t.match(rejected.headers.get('x-openstack-request-id'), /^req-/)
    t.same(await rejected.json(), {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The service is overloaded.',
      instance: path
    }, 'although the response is cached')
    const paths = ['/nothing', '/openapi.json', '/healthz', '/readyz']
    const responses = await Promise.all(paths.map((path) => get(path)))
    t.same(responses.map(({ status }) => status), [503, 503, 200, 200])
    togglePressure()
    await waitForStatus(() => get(path), 200)
    t.equal(await end(), 0)
    const lines = output.stdout.split('\n').filter((line) => line.includes('overloaded'))
    t.match(lines[0], `"pressure":"${name}"`)
    t.ok(lines.length < 5, 'not every request is logged')
  })
}

/** Starts a server over a simulated cloud. */
async function start (t: Test, overloadDelay: string, ...flags: string[]) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const env = { ...simulator.env, PORT: '0', SUMMARY_TTL: '1h', OVERLOAD_DELAY: overloadDelay }
  const { child, output, logged, exited } = runMeasuredServer(t, env, ...flags)
  const origin = await logged('"reach":"all"')
  const end = () => { child.kill('SIGTERM'); return exited }
  const togglePressure = () => { child.stdin.write('x') }
  return { output, end, togglePressure, get: (path: string) => fetch(origin + path) }
}

/** Repeats a request until its response has a status. */
async function waitForStatus (get: () => Promise<Response>, status: number) {
  for (;;) {
    const response = await get()
    if (response.status === status) return response
    await response.text()
    await sleep(50)
  }
}
