import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
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
/**
 * Bytes that the heap may have grown by, beside what is kept: what is thrown at the service meanwhile is more
 * than ten times that.
 */
const most = 4 * 1024 * 1024

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const hour = 1_795_431_600

/**
 * Requests that no other round has, most with some kilobytes that mean nothing, and what each is answered
 * with: to a tenant, and to who makes up a token.
 */
function unlike (round: number, token: string): Array<[status: number, message: string]> {
  const texts = Array.from({ length: 12 }, (_, n) => `${round}-${n}-${'x'.repeat(5_000)}`)
  const asked = (url: string, ...headers: string[]) =>
    [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n')
  const message = (url: string, ...headers: string[]) => asked(url, `X-Auth-Token: ${token}`, ...headers)
  const summary = `${base}/summary?limit=1`
  return texts.flatMap((text, n): Array<[number, string]> => [
    [404, message(`/${text}`)],
    [400, message(`${base}/${text}/cpuUsage?${range}`)],
    [404, message(`${base}/${round}-${n}/cpuUsage?${range}`)],
    [
      200,
      message(
        `${base}/${demoInstanceId}/cpuUsage?timeRangeFrom=${hour - 60 * (12 * round +
          n)}&timeRangeTo=${hour - 60 * (12 * round + n - 10)}&groupBy=1m`
      )
    ],
    [200, message(`${base}/${demoProjectId}/instances?limit=1&hostname=${text.slice(0, 200)}`)],
    [400, message(`${base}/${demoProjectId}/instances?limit=${text}`)],
    [400, message(`${base}/summary?${text}=1`)],
    [
      400,
      message(`${base}/summary?${Array.from({ length: 500 }, (_, i) => `p${round}-${n}-${i}=1`).join('&')}`)
    ],
    [401, asked(summary, `X-Auth-Token: ${text.slice(0, 4_000)}`)],
    [401, asked(summary, `Authorization: Bearer ${text.slice(0, 4_000)}-`)],
    [401, asked(summary, `X-Auth-Token: ${text}`)],
    [200, message(summary, `X-Forwarded-For: ${text}`)],
    [200, message(summary, `Origin: https://${text}.example`, `If-None-Match: "${text}"`)],
    [200, message(summary, `${text}: 1`)],
    [
      401,
      `POST ${base}/${text} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(
        100_000
      )}`
    ]
  ])
}

t.test('the heap does not grow with what is thrown at the service', async (t) => {
  const env = {
    AUTH: 'keystone',
    CACHE: 'on',
    TOKEN_CACHE_TIME: '5m',
    RATE_LIMIT: '1000000',
    CONCURRENCY_LIMIT: '100',
    TRUST_PROXY: '127.0.0.1',
    CORS_ORIGINS: 'https://portal.example.org'
  }
  const { app, simulator } = await startService(t, { env })
  const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, {
    ...byPassword('demo'), ...onProject('demo')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const known = [...smuggling, ...bodies, ...malformed].filter(({ statuses }) => statuses.length > 0)
  let thrown = 0

  /**
   * What is kept, by the service's own count, which it is bounded by: the entries of each cache, and the
   * bytes of all.
   */
  const kept = async () => {
    const { body } = await app.inject('/metrics')
    const samples = [...body.matchAll(/cache_(entries|bytes)\{cache="(\w+)"\} (\d+)/g)]
    const entries = Object.fromEntries(
      samples.filter(([, what]) => what === 'entries').map(([, , cache, count]) => [cache, Number(count)])
    )
    return {
      entries,
      bytes: samples.reduce((sum, [, what, , count]) => what === 'bytes' ? sum + Number(count) : sum, 0)
    }
  }

  const attack = async (rounds: number, first: number) => {
    for (let round = first; round < first + rounds; round++) {
      for (const { bytes, end } of known) await sendRaw(port, bytes, { end })
      for (const [status, message] of unlike(round, token)) {
        thrown += message.length
        const [answer] = responsesIn(await sendRaw(port, message))
        if (answer?.statusCode !== status) {
          t.fail(`${answer?.statusCode} and not ${status} to ${message.slice(0, 100)}`)
        }
      }
      simulator.calls.length = 0
    }
    return heapUsed()
  }
  const before = await attack(warm, 0)
  const keptBefore = await kept()
  thrown = 0
  const after = await attack(measured, warm)
  const keptAfter = await kept()
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  t.comment(
    `${megabytes(
      thrown
    )} thrown that were like nothing before; the heap was ${megabytes(before)} and is ${megabytes(after)}`
  )
  t.ok(thrown > 10 * most)
  const grown = after - before - (keptAfter.bytes - keptBefore.bytes)
  t.ok(grown < most, `it has grown by ${grown} bytes that are not counted`)
  for (const cache of ['token-validations', 'responses']) {
    t.ok(keptAfter.entries[cache] >= 12 * (warm + measured), `${keptAfter.entries[cache]} ${cache} are kept`)
  }
})
