import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { demoProjectId } from '../../demo/seed.js'
import { startService } from '../service.js'
import { converse } from '../socket.js'
import { bodies, malformed, smuggling } from './messages.js'

t.setTimeout(600_000)

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Bytes of the heap in use, when what nobody needs is gone: some of it is held until a few turns later. */
async function heapUsed () {
  for (let n = 0; n < 10; n++) {
    await turn()
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** Rounds until all that is kept once is kept, and rounds after which no more may be kept. */
const [warm, measured] = [20, 40]
/** Bytes that the heap may have grown by: what is thrown at the service meanwhile is more than ten times that. */
const most = 4 * 1024 * 1024

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'

/** Requests that no other round has, each with some kilobytes that mean nothing. */
function unlike (round: number) {
  const texts = Array.from({ length: 12 }, (_, n) => `${round}-${n}-${'x'.repeat(5_000)}`)
  const message = (url: string, ...headers: string[]) => [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n')
  return texts.flatMap((text, n) => [
    message(`/${text}`),
    message(`${base}/${text}/cpuUsage?${range}`),
    message(`${base}/${round}-${n}/cpuUsage?${range}`),
    message(`${base}/${demoProjectId}/instances?limit=1&hostname=${text.slice(0, 200)}`),
    message(`${base}/${demoProjectId}/instances?limit=${text}`),
    message(`${base}/summary?${text}=1`),
    message(`${base}/summary?${Array.from({ length: 500 }, (_, i) => `p${round}-${n}-${i}=1`).join('&')}`),
    message('/healthz', `X-Auth-Token: ${text}`, `Authorization: Bearer ${text}`),
    message('/healthz', `X-Forwarded-For: ${text}`),
    message('/healthz', `Origin: https://${text}.example`, `If-None-Match: "${text}"`),
    message('/healthz', `${text}: 1`),
    `POST ${base}/${text} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`
  ])
}

t.test('the heap does not grow with what is thrown at the service', async (t) => {
  const env = { RATE_LIMIT: '1000000', CONCURRENCY_LIMIT: '100', TRUST_PROXY: '127.0.0.1', CORS_ORIGINS: 'https://portal.example.org' }
  const { app, simulator } = await startService(t, { env })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const known = [...smuggling, ...bodies, ...malformed].filter(({ statuses }) => statuses.length > 0)
  let thrown = 0

  const attack = async (rounds: number, first: number) => {
    for (let round = first; round < first + rounds; round++) {
      for (const { bytes, end } of known) await converse(port, bytes, { end })
      for (const message of unlike(round)) {
        thrown += message.length
        await converse(port, message)
      }
      simulator.calls.length = 0
    }
    return heapUsed()
  }
  const before = await attack(warm, 0)
  thrown = 0
  const after = await attack(measured, warm)
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  t.comment(`${megabytes(thrown)} thrown that were like nothing before; the heap was ${megabytes(before)} and is ${megabytes(after)}`)
  t.ok(thrown > 10 * most)
  t.ok(after - before < most, `it has grown by ${after - before} bytes`)
})
