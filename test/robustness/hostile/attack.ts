import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { SimulatedCall } from '#simulator/simulator.js'
import { createResponseCheck } from '#test/robustness/fuzz/response-check.js'
import type { TestRequest } from '#test/robustness/fuzz/requests.js'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { startService } from '#test/support/service.js'
import type { MetricsStoreName } from '#test/support/service.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { headers } from './headers.js'
import { malformed, smuggling, withBody } from './messages.js'
import type { Message } from './messages.js'
import { parametersOf, usages } from './parameters.js'
import { ambiguousQueries, paths } from './paths.js'
import { malformedTokens, tokens } from './tokens.js'

const env = {
  TRUST_PROXY: '127.0.0.1',
  RATE_LIMIT: '1000000',
  CONCURRENCY_LIMIT: '10',
  CORS_ORIGINS: 'https://portal.example.org'
}
/** Token validations are cached. Responses are not, so that each request reaches the upstreams. */
const withAuthentication = {
  AUTH: 'keystone', CACHE: 'on', TOKEN_CACHE_TIME: '5m', SERIES_TTL: '0', INSTANCES_TTL: '0', SUMMARY_TTL: '0'
}

const base = '/v1/openstack/projects'
const summary = `${base}/summary?limit=1`
const range = 'defaultTimeRange=10m&groupBy=1m'
const instancesQueries = ['', '&hostname=a', '&hostname=*', `&marker=${demoInstanceId}`]

/** Normal requests, which together cause every kind of upstream call. */
const normalUrls = [
  `${base}/summary`,
  ...instancesQueries.map((query) => `${base}/${demoProjectId}/instances?limit=10${query}`),
  `${base}/none/instances?limit=10`,
  `${base}/none/cpuUsage?${range}`,
  ...usages.map((usage) => `${base}/${demoInstanceId}/${usage}?${range}`),
  `${base}/${demoInstanceId}/usages?${range}`,
  `${base}/${demoProjectId}/instances/usages?instances=${demoInstanceId}&usage=cpuUsage,memUsage&${range}`,
  `${base}/${demoProjectId}/summary`,
  `${base}/totals`,
  `${base}/${demoProjectId}/instances?limit=10&sort=name&state=ACTIVE&address=115.68.151.163`,
  ...['cpuUsage', 'memoryUsage', 'networkIo', 'diskRead', 'diskWrite'].map((by) =>
    `/v1/openstack/instances/top?by=${by}`),
  `/v1/openstack/instances/top?by=cpuUsage&projectId=${demoProjectId}`,
  ...['de', '**'].map((hostname) => `/v1/openstack/instances?limit=10&hostname=${hostname}`),
  `/v1/openstack/instances?limit=10&hostname=de&marker=${demoInstanceId}`,
  `/v1/openstack/instances/${demoInstanceId}`,
  '/readyz'
]

/**
 * A literal of a statement: in InfluxQL an id, a time or a duration, in PromQL the ids and domains of a
 * matcher, or a range.
 */
const literal = new RegExp([
  /'(?:[\w-]{1,64}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)'|\b\d+s\b/,
  /(?<=(?:instance_id|project_id|domain)=~?)"[\w|-]+"/
].map(({ source }) => source).join('|'), 'g')

/** The condition on an instance in each statement, without its literals. */
const conditions: Record<MetricsStoreName, RegExp[]> = {
  // A ranking is of all instances.
  influxdb: [/\("resource_id" = \?\)/, /GROUP BY "resource_id"/],
  prometheus: [
    /\{(?:instance_id=~\?|__name__=~"[\w|]+",domain=~\?)/,
    // The search for the exporter, and the check, are about no instance.
    / (?:1|count by .*)$/,
    / (?:label_replace\((?:rate|last_over_time)|last_over_time)\(/
  ]
}

/** The kind of an upstream call: statements without their literals, and the names of all other parameters. */
function kindOf ({ upstream, method, path, query, body }: SimulatedCall) {
  const form = upstream === 'metrics' ? new URLSearchParams(body) : new URLSearchParams()
  const statements = ['q', 'query', 'match[]'].map((name) => form.get(name)?.replace(literal, '?')).join('')
  const template = path.replace(/(?<=\/(?:projects|quotas|os-quota-sets)\/)[\w-]{1,64}/, '*')
    .replace(/(?<=\/servers\/)[0-9a-f-]{36}$/, '*')
  return [
    upstream, method, template, [...query.keys()].sort(), [...form.keys()].sort(), statements
  ].join(' ')
}

const shorten = (text: string) => text.length > 120 ? `${text.slice(0, 120)}…` : text

/**
 * Sends every hostile request to a service.
 * @param authenticated whether the service authenticates clients. If so, the requests have the token of a
 * user of one project.
 */
export async function attack (t: Test, authenticated: boolean, metricsStore: MetricsStoreName) {
  const { app, simulator } = await startService(t, {
    metricsStore,
    env: { ...env, ...(authenticated && withAuthentication) }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const login = { ...byPassword('demo'), ...onProject('demo') }
  const token = authenticated ? (await logIn(simulator.env.OS_AUTH_URL!, login)).id : undefined
  const get = (url: string) =>
    app.inject({ url, headers: token === undefined ? {} : { 'x-auth-token': token } })
  const document = (await app.inject('/openapi.json')).json()
  const checkResponse = createResponseCheck(document)
  const tokenLines = token === undefined ? [] : [`X-Auth-Token: ${token}`]

  const message = ({ method, url }: TestRequest, lines: string[] = []) =>
    [`${method} ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...tokenLines, ...lines, '', '']
      .join('\r\n')

  for (const url of normalUrls) await get(url)
  const normalKinds = new Set(simulator.calls.map(kindOf))
  const normalBody = (await get(summary)).body

  /** Texts that no response may contain: values of the service and its upstreams, and stack traces. */
  const secrets = [
    ...Object.values(simulator.env)
      .map((value) => value.replace(/^http:\/\/127\.0\.0\.1/, ''))
      .filter((value) => /^:|simulated/.test(value)),
    ...new Set(simulator.calls.map(({ headers }) => String(headers['x-auth-token']))),
    process.cwd(), 'node_modules', '\\n    at ', 'error parsing query', 'itemNotFound', 'X-Influxdb'
  ].filter((secret) => secret !== 'undefined')

  const secretIn = (received: string) =>
    secrets.find((secret) => received.toLowerCase().includes(secret.toLowerCase()))

  /**
   * Sends a well-formed request.
   * @returns the response, and its error if there is one
   */
  async function send (request: TestRequest, lines: string[] = []) {
    const received = await sendRaw(port, message(request, lines))
    const responses = responsesIn(received)
    const [response] = responses
    if (response === undefined || responses.length > 1) return { error: `${responses.length} responses` }
    if ('x-evil' in response.headers) return { error: 'a header of the client' }
    return { error: checkResponse(request, response) ?? secretIn(received), response }
  }

  /** Sends bytes that need not be a request, and returns the error of the response if there is one. */
  async function errorAfter ({ bytes, statuses, end }: Omit<Message, 'name'>) {
    const host = 'Host: localhost'
    const received = await sendRaw(port, bytes.replace(host, [host, ...tokenLines].join('\r\n')), { end })
    const responses = responsesIn(received)
    const found = responses.map(({ statusCode }) => statusCode)
    if (statuses.length === 0) return found.length === 0 ? undefined : `${found} instead of no response`
    if (found.length !== 1 || !statuses.includes(found[0]!)) return `${found} instead of ${statuses}`
    const { statusCode, headers, body } = responses[0]!
    if (statusCode < 400) return secretIn(received)
    if (!/^application\/problem\+json(;|$)/.test(String(headers['content-type']))) {
      return `no problem: ${headers['content-type']}`
    }
    return JSON.parse(body).status === statusCode ? secretIn(received) : 'a problem with another status'
  }

  /** The kinds of upstream calls since the last call of this function that no normal request causes. */
  function unusualCalls () {
    const kinds = simulator.calls.map(kindOf).filter((kind) => !normalKinds.has(kind))
    simulator.calls.length = 0
    return [...new Set(kinds)]
  }

  let sent = 0

  async function sendAll (t: Test, requests: TestRequest[]) {
    const responses: ReceivedResponse[] = []
    for (const request of requests) {
      sent++
      const { error, response } = await send(request)
      t.equal(error, undefined, shorten(request.url))
      if (response !== undefined) responses.push(response)
    }
    return responses
  }

  t.test('normal requests cause a few kinds of upstream calls', async (t) => {
    t.ok(normalKinds.size > 15, `${normalKinds.size} kinds`)
    const statements = [...normalKinds].filter((kind) => kind.startsWith('metrics POST'))
    t.ok(statements.length > 5, `${statements.length} statements`)
    const isNormal = (statement: string) => conditions[metricsStore].some((one) => one.test(statement))
    t.same(statements.filter((statement) => !isNormal(statement)), [])
  })

  for (const [parameter, requests] of Object.entries(parametersOf(document))) {
    t.test(`${parameter}: a hostile value changes no upstream call`, async (t) => {
      const isHidden = authenticated && parameter === 'instanceId'
      const responses = await sendAll(t, requests.map((request) =>
        isHidden && request.expected === 200 ? { ...request, expected: 404 } : request))
      t.same(unusualCalls(), [])
      if (!['hostname', 'projectName'].includes(parameter)) return
      const found = responses
        .filter(({ statusCode }) => statusCode === 200)
        .map(({ body }) => JSON.parse(body))
        .filter((body) => (body.metric ?? body).length > 0)
      t.same(found, [], 'a text that is in no name finds nothing')
    })
  }

  t.test('wrong paths lead to no file and no route', async (t) => {
    await sendAll(t, paths)
    t.same(unusualCalls(), [])
  })

  t.test('ambiguous queries are rejected', async (t) => {
    await sendAll(t, ambiguousQueries)
    t.same(unusualCalls(), [])
    t.notOk('polluted' in {})
  })

  t.test('no header changes a response', async (t) => {
    for (const header of headers) {
      sent++
      const { error, response } = await send({ method: 'GET', url: summary, expected: 200 }, [header])
      t.equal(error, undefined, shorten(header))
      if (!response?.headers['content-encoding']) t.equal(response?.body, normalBody)
    }
    t.same(unusualCalls(), [])
  })

  if (!authenticated) {
    t.test('without authentication the service ignores tokens', async (t) => {
      for (const lines of tokens) {
        sent++
        const { error, response } = await send({ method: 'GET', url: summary, expected: 200 }, lines)
        t.equal(error, undefined, shorten(lines.join()))
        t.equal(response?.body, normalBody)
      }
      t.same(unusualCalls(), [])
      for (const lines of malformedTokens) {
        sent++
        const bytes = message({ method: 'GET', url: summary }, lines)
        t.equal(await errorAfter({ bytes, statuses: [400] }), undefined, JSON.stringify(lines))
      }
      t.same(simulator.calls, [])
    })
  }

  for (const [group, messages] of Object.entries({ smuggling, withBody, malformed })) {
    t.test(`${group}: each message gets at most one response`, async (t) => {
      for (const message of messages) {
        sent++
        t.equal(await errorAfter(message), undefined, message.name)
      }
      t.same(simulator.calls, [])
    })
  }

  t.test('no response contains the text of a failing upstream', async (t) => {
    const text = 'the upstream\'s own words'
    simulator.intercept = ({ upstream }) =>
      upstream === 'identity' ? undefined : { status: 500, headers: { 'x-words': text }, body: text }
    t.teardown(() => { simulator.intercept = undefined })
    for (const url of normalUrls) t.notMatch(await sendRaw(port, message({ method: 'GET', url })), text, url)
  })

  t.test('the suite sends at least 300 hostile requests', async (t) => {
    t.comment(`${sent} hostile requests`)
    t.ok(sent >= 300)
    t.equal((await get(summary)).body, normalBody, 'the service still works')
  })
}
