import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { SimulatedCall } from '#simulator/simulator.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { createJudge } from '#test/robustness/fuzz/judge.js'
import type { Asked } from '#test/robustness/fuzz/requests.js'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { headers } from './headers.js'
import { bodies, malformed, smuggling } from './messages.js'
import type { Message } from './messages.js'
import { parameters, usages } from './parameters.js'
import { doubtful, paths } from './paths.js'
import { tokens, unreadable } from './tokens.js'

const env = {
  TRUST_PROXY: '127.0.0.1',
  RATE_LIMIT: '1000000',
  CONCURRENCY_LIMIT: '10',
  CORS_ORIGINS: 'https://portal.example.org'
}
/** Who asks is remembered, and no answer: each is read. */
const keeping = {
  AUTH: 'keystone', CACHE: 'on', TOKEN_CACHE_TIME: '5m', SERIES_TTL: '0', INSTANCES_TTL: '0', SUMMARY_TTL: '0'
}

/**
 * Throws all that is hostile at the service, as anybody where it asks nobody who he is, or as a tenant where
 * it does.
 */
export async function attack (t: Test, asks: boolean) {
  const { app, simulator } = await startService(t, { env: { ...env, ...(asks && keeping) } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const token = asks
    ? (await logIn(simulator.env.OS_AUTH_URL!, {
        ...byPassword('demo'), ...onProject('demo')
      })).id
    : undefined
  const get = (url: string) =>
    app.inject({ url, headers: token === undefined ? {} : { 'x-auth-token': token } })
  const judge = createJudge((await app.inject('/openapi.json')).json())

  const base = '/v1/openstack/projects'
  const summary = `${base}/summary?limit=1`
  /** One request for each call that the service has to make. */
  const ordinary = [
    `${base}/summary`, ...[
      '', '&hostname=a', '&hostname=*', `&marker=${demoInstanceId}`
    ].map((query) => `${base}/${demoProjectId}/instances?limit=10${query}`),
    `${base}/none/instances?limit=10`, `${base}/none/cpuUsage?defaultTimeRange=10m&groupBy=1m`,
    ...usages.map((usage) => `${base}/${demoInstanceId}/${usage}?defaultTimeRange=10m&groupBy=1m`), '/readyz'
  ]
  const write = ({ method, url }: Asked, lines: string[] = []) =>
    [
      `${method} ${url} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(token === undefined ? [] : [`X-Auth-Token: ${token}`]),
      ...lines,
      '',
      ''
    ].join('\r\n')

  /** A call without what it is about: the statements in full, and of all else the names. */
  function formOf ({ upstream, method, path, query, body }: SimulatedCall) {
    const form = upstream === 'metrics' ? new URLSearchParams(body) : new URLSearchParams()
    const parameters = Object.keys(JSON.parse(form.get('params') ?? '{}')).sort()
    const place = path.replace(/(?<=\/(?:projects|quotas|os-quota-sets)\/)[\w-]{1,64}/, '*')
    return [
      upstream, method, place, [...query.keys()].sort(), [...form.keys()].sort(), form.get('q'), parameters
    ].join(' ')
  }

  for (const url of ordinary) await get(url)
  const forms = new Set(simulator.calls.map(formOf))
  const before = (await get(summary)).body

  /** What no answer may have in it: what only the service and its upstreams know, and how a stack looks. */
  const secrets = [
    ...Object.values(simulator.env).map(
      (value) => value.replace(/^http:\/\/127\.0\.0\.1/, '')
    ).filter((value) => /^:|simulated/.test(value)),
    ...new Set(simulator.calls.map(({ headers }) => String(headers['x-auth-token']))),
    process.cwd(), 'node_modules', '\\n    at ', 'error parsing query', 'itemNotFound', 'X-Influxdb'
  ].filter((secret) => secret !== 'undefined')

  const leak = (received: string) =>
    secrets.find((secret) => received.toLowerCase().includes(secret.toLowerCase()))

  /** What is wrong with the answer to a request that can be read; `undefined` where nothing is. */
  async function complain (
    asked: Asked, lines: string[] = []
  ): Promise<{ complaint?: string, answer?: ReceivedResponse }> {
    const received = await sendRaw(port, write(asked, lines))
    const [answer, ...others] = responsesIn(received)
    if (answer === undefined || others.length > 0) return { complaint: `${others.length + 1} answers` }
    if ('x-evil' in answer.headers) return { complaint: 'a header of the caller\'s' }
    return { complaint: judge(asked, answer) ?? leak(received), answer }
  }

  /** The same of bytes that need not be a request. */
  async function complainOf ({ bytes, statuses, end }: Omit<Message, 'name'>) {
    const sent = token === undefined
      ? bytes
      : bytes.replace(
        'Host: localhost', `Host: localhost\r\nX-Auth-Token: ${token}`
      )
    const received = await sendRaw(port, sent, { end })
    const answers = responsesIn(received)
    const found = answers.map(({ statusCode }) => statusCode)
    if (statuses.length === 0) {
      return found.length === 0 ? undefined : `${found}, and not an end without a word`
    }
    if (found.length !== 1 || !statuses.includes(found[0]!)) return `${found}, and not ${statuses}`
    const { statusCode, headers, body } = answers[0]!
    if (statusCode < 400) return leak(received)
    if (!/^application\/problem\+json(;|$)/.test(String(headers['content-type']))) {
      return `no problem: ${headers['content-type']}`
    }
    return JSON.parse(body).status === statusCode ? leak(received) : 'a problem of another status'
  }

  /** Calls that no ordinary request leads to. */
  function odd () {
    const found = simulator.calls.map(formOf).filter((form) => !forms.has(form))
    simulator.calls.length = 0
    return [...new Set(found)]
  }

  let count = 0
  const short = (text: string) => text.length > 120 ? `${text.slice(0, 120)}…` : text

  async function askAll (t: Test, requests: Asked[]) {
    const answers: ReceivedResponse[] = []
    for (const asked of requests) {
      count++
      const { complaint, answer } = await complain(asked)
      t.equal(complaint, undefined, short(asked.url))
      if (answer !== undefined) answers.push(answer)
    }
    return answers
  }

  t.test('the ordinary requests lead to calls of a few forms', async (t) => {
    t.ok(forms.size > 15, `${forms.size} forms`)
    const statements = [...forms].filter((form) => form.startsWith('metrics POST'))
    t.ok(
      statements.length > 5 && statements.every((statement) => statement.includes('"resource_id" = $id0')),
      `${statements.length} statements`
    )
  })

  for (const [parameter, requests] of Object.entries(parameters)) {
    t.test(`${parameter} means what it says, and nothing else`, async (t) => {
      const unseen = asks && parameter === 'instanceId'
      const answers = await askAll(
        t, requests.map((asked) => unseen && asked.expected === 200 ? { ...asked, expected: 404 } : asked)
      )
      t.same(odd(), [], 'no query is another')
      if (!['hostname', 'projectName'].includes(parameter)) return
      const found = answers.filter(
        ({ statusCode }) => statusCode === 200
      ).map(({ body }) => JSON.parse(body)).filter((body) => (body.metric ?? body).length > 0)
      t.same(found, [], 'a text that no name has finds nothing')
    })
  }

  t.test('there is no way to what is not there', async (t) => {
    await askAll(t, paths)
    t.same(odd(), [])
  })

  t.test('a query is read in one way only', async (t) => {
    await askAll(t, doubtful)
    t.same(odd(), [])
    t.notOk('polluted' in {})
  })

  t.test('no header changes an answer', async (t) => {
    for (const header of headers) {
      count++
      const { complaint, answer } = await complain({ method: 'GET', url: summary, expected: 200 }, [header])
      t.equal(complaint, undefined, short(header))
      if (!answer?.headers['content-encoding']) t.equal(answer?.body, before)
    }
    t.same(odd(), [])
  })

  if (!asks) {
    t.test('no token is looked at where nobody is asked for one', async (t) => {
      for (const lines of tokens) {
        count++
        const { complaint, answer } = await complain({ method: 'GET', url: summary, expected: 200 }, lines)
        t.equal(complaint, undefined, short(lines.join()))
        t.equal(answer?.body, before)
      }
      t.same(odd(), [])
      for (const lines of unreadable) {
        count++
        t.equal(
          await complainOf({ bytes: write({ method: 'GET', url: summary }, lines), statuses: [400] }),
          undefined,
          JSON.stringify(lines)
        )
      }
      t.same(simulator.calls, [])
    })
  }

  for (const [what, messages] of Object.entries({ smuggling, bodies, malformed })) {
    t.test(`${what}: one answer, or an end`, async (t) => {
      for (const message of messages) {
        count++
        t.equal(await complainOf(message), undefined, message.name)
      }
      t.same(simulator.calls, [])
    })
  }

  t.test('while upstreams fail, nothing of what they say is told', async (t) => {
    const words = 'the upstream\'s own words'
    simulator.intercept = ({ upstream }) =>
      upstream === 'identity' ? undefined : { status: 500, headers: { 'x-words': words }, body: words }
    t.teardown(() => { simulator.intercept = undefined })
    for (const url of ordinary) t.notMatch(await sendRaw(port, write({ method: 'GET', url })), words, url)
  })

  t.test('these were at least 300', async (t) => {
    t.comment(`${count} hostile requests`)
    t.ok(count >= 300)
    t.equal((await get(summary)).body, before, 'and the service answers as before')
  })
}
