import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

/** Code that runs in the server's process: `begin` what presses it when something comes on its stdin, and `end` it with the next. */
const press = (begin: string, end: string) => `import v8 from 'node:v8'
  let on = false, held = []
  process.stdin.on('data', () => { on = !on; if (on) { ${begin} } else { ${end} } })`

const pressures = {
  eventLoopDelay: {
    flags: [],
    // In each turn there is more to do than a second's work.
    code: press('const work = () => { for (const end = performance.now() + 1_500; performance.now() < end;); if (on) setTimeout(work, 1) }; work()', '')
  },
  heapUsedBytes: {
    // So large that what is left is enough not to be looked through again and again, for which V8 would end the process.
    flags: ['--max-old-space-size=1000'],
    code: press('while (v8.getHeapStatistics().used_heap_size < 0.79 * v8.getHeapStatistics().heap_size_limit) held.push(new Array(100_000).fill(0.5))', 'held = []')
  }
}

for (const [name, { flags, code }] of Object.entries(pressures)) {
  t.test(`while ${name} requests are refused at once, those that watch excepted`, async (t) => {
    const { get, press, end, output } = await start(t, ...flags, '--import', `data:text/javascript,${encodeURIComponent(code)}`)
    const path = '/v1/openstack/projects/summary'
    t.equal((await get(path)).status, 200)
    press()
    const refused = await until(() => get(path), 503)
    t.equal(refused.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    t.equal(refused.headers.get('retry-after'), '5')
    t.match(refused.headers.get('x-openstack-request-id'), /^req-/)
    t.same(await refused.json(), {
      type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'The service is overloaded.', instance: path
    }, 'although the answer is kept')
    t.same(await Promise.all(['/nothing', '/openapi.json', '/healthz', '/readyz'].map(async (path) => (await get(path)).status)), [503, 503, 200, 200])
    press()
    await until(() => get(path), 200)
    t.equal(await end(), 0)
    const told = output.stdout.split('\n').filter((line) => line.includes('overloaded'))
    t.match(told[0], `"pressure":"${name}"`)
    t.ok(told.length < 5, 'it is not said of each request')
  })
}

/** A server whose cloud is simulated, with a way to begin and end what presses it. */
async function start (t: Test, ...flags: string[]) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { child, output, logged, exited } = runServer(t, { ...simulator.env, PORT: '0', SUMMARY_TTL: '1h' }, ...flags)
  const origin = await logged('"reach":"all"')
  const end = () => { child.kill('SIGTERM'); return exited }
  return { output, end, press: () => { child.stdin.write('x') }, get: (path: string) => fetch(origin + path) }
}

/** Asks until the answer has a status. */
async function until (ask: () => Promise<Response>, status: number) {
  for (;;) {
    const answer = await ask()
    if (answer.status === status) return answer
    await answer.text()
    await sleep(50)
  }
}
