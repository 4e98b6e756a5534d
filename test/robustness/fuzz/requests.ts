import fc from 'fast-check'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { payload, requestHeaders } from './headers.js'
import { oddQueryPart, oddRequest } from './odd-requests.js'
import { defaultTimeRange, groupBy, id, limit, namePart, timeRangeFrom, timeRangeTo } from './values.js'
import type { Value, Values } from './values.js'

export interface TestRequest {
  method: string
  url: string
  headers?: Record<string, string>
  payload?: string
  /** The only correct status; `undefined` if several are possible. */
  expected?: number
}

type Arguments = Array<[name: string, value: Value]>
type Parameters = Record<string, Values>

const base = '/v1/openstack/projects'
const usage = fc.constantFrom('cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets')
const summary = fc.constantFrom('summary', 'summaries')
const instanceId = id('of-no-instance', '0'.repeat(32), adminInstanceId)
const projectId = id(adminProjectId, demoProjectId)

const queryOf = (given: Arguments) =>
  given.map(([name, { text }]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`).join('&')

/** All parameters, with valid values. */
const all = (parameters: Parameters): fc.Arbitrary<Arguments> => fc.tuple(
  ...Object.entries(parameters).map(([name, { valid }]) => valid.map((value): Arguments[0] => [name, value]))
)

/** Some of the parameters in any order, with valid values. */
const some = (parameters: Parameters) => all(parameters).chain((given) => fc.shuffledSubarray(given))

const usageRequest = fc.tuple(
  fc.oneof(
    { weight: 30, arbitrary: fc.constant('of-no-instance') },
    { weight: 1, arbitrary: fc.constant(demoInstanceId) }
  ),
  usage,
  fc.oneof(all({ groupBy, defaultTimeRange }), all({ timeRangeTo, groupBy, timeRangeFrom }))
).map(([id, usage, given]) => `${base}/${id}/${usage}?${queryOf(given)}`)

const instancesRequest = fc.tuple(all({ limit }), some({ hostname: namePart }))
  .map((given) => `${base}/${demoProjectId}/instances?${queryOf(given.flat())}`)

const summaryRequest = fc.tuple(
  summary,
  fc.oneof(some({ projectName: namePart, limit }), some({ limit, marker: projectId }))
).map(([path, given]) => `${base}/${path}?${queryOf(given)}`)

const otherRequest = fc.constantFrom('/healthz', '/readyz', '/openapi.json', '/openapi.yaml', '/docs/')

/** Requests that must succeed. Most ask for an instance without metrics, since the others take time. */
const valid = fc.oneof(
  { weight: 60, arbitrary: usageRequest },
  { weight: 4, arbitrary: instancesRequest },
  { weight: 2, arbitrary: summaryRequest },
  { weight: 2, arbitrary: otherRequest }
).map((url): TestRequest => ({ method: 'GET', url, expected: 200 }))

/**
 * Requests to a route with some of its parameters, many of them invalid, and with unexpected query parts.
 * @param required the names of required parameters
 */
export function almostValidFor (
  path: fc.Arbitrary<string>,
  parameters: Parameters,
  required: string[]
): fc.Arbitrary<TestRequest> {
  const values = Object.entries(parameters).map(([name, { valid, any }]) =>
    fc.oneof({ weight: 2, arbitrary: valid }, { weight: 3, arbitrary: any })
      .map((value): Arguments[0] => [name, value]))
  const given = fc.tuple(...values).chain((given) => fc.shuffledSubarray(given))
  const oddParts = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(oddQueryPart, { minLength: 1, maxLength: 2 }) }
  )
  return fc.tuple(path, given, oddParts).map(([path, given, oddParts]) => {
    // An empty parameter counts as not given.
    const values = given.filter(([, { text }]) => text !== '')
    const isMissing = (name: string) => values.every(([other]) => other !== name)
    const isInvalid = values.some(([, { valid }]) => valid === false) || required.some(isMissing)
    return {
      method: 'GET',
      url: `${path}?${[queryOf(given), ...oddParts].join('&')}`,
      ...(isInvalid && oddParts.length === 0 && { expected: 400 })
    }
  })
}

/** A valid id, or any text after a letter: without the letter, an id of dots would be another path. */
export const idIn = ({ valid, any }: Values) => fc.oneof(
  { weight: 4, arbitrary: valid },
  { weight: 1, arbitrary: any.map(({ text }) => ({ text: `a${text}` })) }
).map(({ text }) => encodeURIComponent(text))
const idPath = (values: Values, last: fc.Arbitrary<string>) =>
  fc.tuple(idIn(values), last).map(([id, last]) => `${base}/${id}/${last}`)

const almostValid = fc.oneof(
  {
    weight: 40,
    arbitrary: almostValidFor(
      idPath(instanceId, usage),
      { groupBy, defaultTimeRange, timeRangeFrom, timeRangeTo },
      ['groupBy']
    )
  },
  {
    weight: 10,
    arbitrary: almostValidFor(
      idPath(projectId, fc.constant('instances')),
      { limit, marker: id(demoInstanceId), hostname: namePart },
      ['limit']
    )
  },
  {
    weight: 2,
    arbitrary: almostValidFor(
      summary.map((last) => `${base}/${last}`),
      { projectName: namePart, limit, marker: projectId },
      []
    )
  },
  { weight: 1, arbitrary: almostValidFor(fc.constantFrom('/healthz', '/readyz'), { groupBy }, []) }
)

const anyRequest = fc.oneof<fc.Arbitrary<TestRequest>[]>(valid, almostValid, oddRequest)

const withHeaders = fc.tuple(anyRequest, requestHeaders)
  .map(([{ method, url }, headers]): TestRequest => ({ method, url, headers }))

const otherMethod = fc.constantFrom(
  'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'CONNECT'
)
const withOtherMethod = fc.tuple(otherMethod, anyRequest, requestHeaders, payload)
  .map(([method, { url, expected }, headers, payload]): TestRequest =>
    method === 'HEAD' ? { method, url, expected } : { method, url, headers, payload })

/** Requests of every kind. Most are invalid, so that most responses are fast. */
export const request: fc.Arbitrary<TestRequest> = fc.oneof(
  { weight: 7, arbitrary: valid },
  { weight: 68, arbitrary: almostValid },
  { weight: 15, arbitrary: oddRequest },
  { weight: 5, arbitrary: withHeaders },
  { weight: 5, arbitrary: withOtherMethod }
)
