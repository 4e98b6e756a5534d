import fc from 'fast-check'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { payload, requestHeaders } from './headers.js'
import { junk, stray } from './junk.js'
import { defaultTimeRange, groupBy, id, limit, namePart, timeRangeFrom, timeRangeTo } from './values.js'
import type { Value, Values } from './values.js'

/** A request, and the status that it must be answered with, where that is plain. */
export interface Asked {
  method: string
  url: string
  headers?: Record<string, string>
  payload?: string
  expected?: number
}

type Given = Array<[name: string, value: Value]>
type Parameters = Record<string, Values>

const base = '/v1/openstack/projects'
const usage = fc.constantFrom('cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets')
const summary = fc.constantFrom('summary', 'summaries')
const instanceId = id('of-no-instance', '0'.repeat(32), adminInstanceId)
const projectId = id(adminProjectId, demoProjectId)

const write = (given: Given) =>
  given.map(([name, { text }]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`).join('&')

/** Each of the parameters, with a value that is taken. */
const all = (parameters: Parameters): fc.Arbitrary<Given> =>
  fc.tuple(
    ...Object.entries(parameters).map(([name, { good }]) => good.map((value): Given[0] => [name, value]))
  )

/** Some of them, in any order. */
const some = (parameters: Parameters) => all(parameters).chain((given) => fc.shuffledSubarray(given))

/**
 * Requests that must be answered with 200. Few of them read more than the metrics of an instance that has
 * none: those take time.
 */
const valid = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant('of-no-instance') },
        { weight: 1, arbitrary: fc.constant(demoInstanceId) }
      ),
      usage,
      fc.oneof(all({ groupBy, defaultTimeRange }), all({ timeRangeTo, groupBy, timeRangeFrom }))
    ).map(([id, usage, given]) => `${base}/${id}/${usage}?${write(given)}`)
  },
  {
    weight: 4,
    arbitrary: fc.tuple(
      all({ limit }), some({ hostname: namePart })
    ).map((given) => `${base}/${demoProjectId}/instances?${write(given.flat())}`)
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      summary, fc.oneof(some({ projectName: namePart, limit }), some({ limit, marker: projectId }))
    ).map(([path, given]) => `${base}/${path}?${write(given)}`)
  },
  { weight: 2, arbitrary: fc.constantFrom('/healthz', '/readyz', '/openapi.json', '/openapi.yaml', '/docs/') }
).map((url): Asked => ({ method: 'GET', url, expected: 200 }))

/**
 * Requests to a route with some of its parameters, of which many are bad, and with what else may stray into a
 * query.
 */
function nearly (path: fc.Arbitrary<string>, parameters: Parameters, needed: string[]): fc.Arbitrary<Asked> {
  const values = Object.entries(parameters).map(([name, { good, any }]) =>
    fc.oneof(
      { weight: 2, arbitrary: good }, { weight: 3, arbitrary: any }
    ).map((value): Given[0] => [name, value]))
  const given = fc.tuple(...values).chain((given) => fc.shuffledSubarray(given))
  const strays = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(stray, { minLength: 1, maxLength: 2 }) }
  )
  return fc.tuple(path, given, strays).map(([path, given, strays]) => {
    const bad = given.some(([, { good }]) => good === false) || needed.some(
      (name) => given.every(([other]) => other !== name)
    )
    return {
      method: 'GET',
      url: `${path}?${[write(given), ...strays].join('&')}`,
      ...(bad && strays.length === 0 && { expected: 400 })
    }
  })
}

/** A good id, or one that is anything: after a letter, for an id of dots alone would be another path. */
const idIn = ({ good, any }: Values) =>
  fc.oneof(
    { weight: 4, arbitrary: good }, { weight: 1, arbitrary: any.map(({ text }) => ({ text: `a${text}` })) }
  )
    .map(({ text }) => encodeURIComponent(text))
const idPath = (values: Values, last: fc.Arbitrary<string>) =>
  fc.tuple(idIn(values), last).map(([id, last]) => `${base}/${id}/${last}`)

const nearlyValid = fc.oneof(
  {
    weight: 40,
    arbitrary: nearly(
      idPath(instanceId, usage), { groupBy, defaultTimeRange, timeRangeFrom, timeRangeTo }, ['groupBy']
    )
  },
  {
    weight: 10,
    arbitrary: nearly(
      idPath(projectId, fc.constant('instances')),
      { limit, marker: id(demoInstanceId), hostname: namePart },
      ['limit']
    )
  },
  {
    weight: 2,
    arbitrary: nearly(
      summary.map((last) => `${base}/${last}`), { projectName: namePart, limit, marker: projectId }, []
    )
  },
  { weight: 1, arbitrary: nearly(fc.constantFrom('/healthz', '/readyz'), { groupBy }, []) }
)

const odd = fc.tuple(
  fc.oneof(valid, nearlyValid, junk), requestHeaders
).map(([{ method, url }, headers]): Asked => ({ method, url, headers }))

const methods = fc.constantFrom(
  'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'CONNECT'
)
const otherwise = fc.tuple(
  methods, fc.oneof<fc.Arbitrary<Asked>[]>(valid, nearlyValid, junk), requestHeaders, payload
)
  .map(([method, { url, expected }, headers, payload]): Asked => method === 'HEAD'
    ? { method, url, expected }
    : { method, url, headers, payload })

/** Requests of every kind: most of them are bad, so that most are answered at once. */
export const request: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 7, arbitrary: valid },
  { weight: 68, arbitrary: nearlyValid },
  { weight: 15, arbitrary: junk },
  { weight: 5, arbitrary: odd },
  { weight: 5, arbitrary: otherwise }
)
