import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { malformed, smuggling, withBody } from './messages.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Used bytes of the heap after garbage collection. Some objects are free only after several turns. */
async function heapUsed () {
  for (let n = 0; n < 10; n++) {
    await nextTurn()
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}

/** Rounds that fill every cache, and rounds after which the heap must not be larger. */
const [warmUpRounds, measuredRounds] = [20, 40]
/** Allowed growth of the heap without the caches. The test sends more than ten times as much. */
const maxGrowthBytes = 4 * 1024 * 1024

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const hour = 1_795_431_600

/**
 * Requests that differ from those of every other round, most with some kilobytes of filler text. Some have
 * the token of a user, some an invalid token.
 * @returns the expected status and the message of each
 */
function uniqueRequests (round: number, token: string): Array<[status: number, message: string]> {
  const texts = Array.from({ length: 12 }, (_, n) => `${round}-${n}-${'x'.repeat(5_000)}`)
  const withoutToken = (url: string, ...headers: string[]) =>
    [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n')
  const get = (url: string, ...headers: string[]) => withoutToken(url, `X-Auth-Token: ${token}`, ...headers)
  const summary = `${base}/summary?limit=1`
  const instances = `${base}/${demoProjectId}/instances`
  return texts.flatMap((text, n): Array<[number, string]> => {
    const start = hour - 60 * (12 * round + n)
    const window = `timeRangeFrom=${start}&timeRangeTo=${start + 600}&groupBy=1m`
    const manyParameters = Array.from({ length: 500 }, (_, i) => `p${round}-${n}-${i}=1`).join('&')
    const post = `POST ${base}/${text} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n`
    return [
      [404, get(`/${text}`)],
      [400, get(`${base}/${text}/cpuUsage?${range}`)],
      [404, get(`${base}/${round}-${n}/cpuUsage?${range}`)],
      [200, get(`${base}/${demoInstanceId}/cpuUsage?${window}`)],
      [200, get(`${instances}?limit=1&hostname=${text.slice(0, 200)}`)],
      [400, get(`${instances}?limit=${text}`)],
      [400, get(`${base}/summary?${text}=1`)],
      [400, get(`${base}/summary?${manyParameters}`)],
      [401, withoutToken(summary, `X-Auth-Token: ${text.slice(0, 4_000)}`)],
      [401, withoutToken(summary, `Authorization: Bearer ${text.slice(0, 4_000)}-`)],
      [401, withoutToken(summary, `X-Auth-Token: ${text}`)],
      [200, get(summary, `X-Forwarded-For: ${text}`)],
      [200, get(summary, `Origin: https://${text}.example`, `If-None-Match: "${text}"`)],
      [200, get(summary, `${text}: 1`)],
      [401, post + 'x'.repeat(100_000)]
    ]
  })
}

t.test('the heap does not grow with hostile requests', async (t) => {
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
  const login = { ...byPassword('demo'), ...onProject('demo') }
  const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, login)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const repeated = [...smuggling, ...withBody, ...malformed].filter(({ statuses }) => statuses.length > 0)
  let sentBytes = 0

  /** The entries of each cache and the bytes of all caches, from the service's metrics. */
  const cacheSizes = async () => {
    const { body } = await app.inject('/metrics')
    const samples = [...body.matchAll(/cache_(entries|bytes)\{cache="([\w-]+)"\} (\d+)/g)]
      .map(([, unit, cache, value]) => ({ unit, cache, value: Number(value) }))
    const entries = Object.fromEntries(samples
      .filter(({ unit }) => unit === 'entries')
      .map(({ cache, value }) => [cache, value]))
    const bytes = samples.reduce((sum, { unit, value }) => unit === 'bytes' ? sum + value : sum, 0)
    return { entries, bytes }
  }

  const attack = async (rounds: number, first: number) => {
    for (let round = first; round < first + rounds; round++) {
      for (const { bytes, end } of repeated) await sendRaw(port, bytes, { end })
      for (const [expected, message] of uniqueRequests(round, token)) {
        sentBytes += message.length
        const [response] = responsesIn(await sendRaw(port, message))
        const status = response?.statusCode
        if (status !== expected) t.fail(`${status} instead of ${expected} to ${message.slice(0, 100)}`)
      }
      simulator.calls.length = 0
    }
    return heapUsed()
  }
  const before = await attack(warmUpRounds, 0)
  const cachesBefore = await cacheSizes()
  sentBytes = 0
  const after = await attack(measuredRounds, warmUpRounds)
  const cachesAfter = await cacheSizes()
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  t.comment(`${megabytes(sentBytes)} sent; heap ${megabytes(before)} before, ${megabytes(after)} after`)
  t.ok(sentBytes > 10 * maxGrowthBytes)
  const growthBytes = after - before - (cachesAfter.bytes - cachesBefore.bytes)
  t.ok(growthBytes < maxGrowthBytes, `the heap without the caches grows by ${growthBytes} bytes`)
  for (const cache of ['token-validations', 'responses']) {
    const entries = cachesAfter.entries[cache]!
    t.ok(entries >= 12 * (warmUpRounds + measuredRounds), `${entries} entries in the cache ${cache}`)
  }
})
