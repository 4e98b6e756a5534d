import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { TestRequest } from '#test/robustness/fuzz/requests.js'
import { operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { influxqlFragments, misleadingTexts, patterns, unusualIds } from './texts.js'

const base = '/v1/openstack/projects'
export const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const hostile = [...influxqlFragments, ...patterns, ...misleadingTexts]

const isId = (text: string) => /^[\w-]{1,64}$/.test(text)
const isNamePart = (text: string) => [...text].length <= 255

const isSearch = (url: string) => url.startsWith('/v1/openstack/instances?')

/** The status of the response to a text in the place of the `*` of a URL. */
type Expect = (text: string, url: string) => number

const bad: Expect = () => 400
const goodNamePart: Expect = (text) => isNamePart(text) ? 200 : 400
// An empty id is another path, and a parameter without a name or a value is none.
const nonEmpty = hostile.filter((text) => text !== '')
const ids = [...nonEmpty, ...unusualIds]

/**
 * The texts of each parameter, and the statuses of their responses. A route with another parameter needs a
 * row here. Any text is a valid part of a name; none matches.
 */
const rows: Record<string, [texts: string[], expect: Expect]> = {
  instanceId: [ids, (text, url) => isId(text) ? (url.startsWith(base) ? 200 : 404) : 400],
  projectId: [ids, (text) => isId(text) ? 404 : 400],
  instances: [ids, (text) => isId(text) ? 200 : 400],
  usage: [nonEmpty, bad],
  groupBy: [hostile, bad],
  defaultTimeRange: [hostile, bad],
  timeRangeFrom: [hostile, bad],
  timeRangeTo: [hostile, bad],
  limit: [nonEmpty, bad],
  marker: [ids, bad],
  hostname: [nonEmpty, (text, url) => isSearch(url) && [...text].length < 2 ? 400 : goodNamePart(text, url)],
  projectName: [nonEmpty, goodNamePart],
  address: [nonEmpty, bad],
  state: [nonEmpty, bad],
  sort: [nonEmpty, bad],
  nearLimit: [nonEmpty, bad],
  by: [nonEmpty, bad],
  order: [nonEmpty, bad]
}

/** The URL of an operation with valid values, and a `*` in the place of one parameter. */
function urlOf ([path, { parameters = [] }]: Described, name: string) {
  const ofParameter = (other: string) => ({ projectId: demoProjectId, instanceId: demoInstanceId })[other]
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, other) => other === name ? '*' : ofParameter(other)!)
  // Its other end, and no other range beside it. A search needs a name or an address.
  const other = { timeRangeFrom: 'timeRangeTo', timeRangeTo: 'timeRangeFrom' }[name]
  const wanted = parameters.filter((parameter) => parameter.in === 'query' && (
    parameter.required || [name, other ?? 'defaultTimeRange', 'hostname'].includes(parameter.name)))
  const query = wanted.map((parameter) =>
    `${parameter.name}=${parameter.name === name ? '*' : parameter.example ?? '1m'}`)
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

type Described = ReturnType<typeof operationsOf>[number]

/** Each text of a parameter, in turn at each route that has it. */
function requestsFor (operations: Described[], name: string): TestRequest[] {
  const row = rows[name]
  if (row === undefined) throw new Error(`no texts for the parameter ${name}`)
  const [texts, expect] = row
  const urls = operations.filter(([, { parameters = [] }]) => parameters.some((other) => other.name === name))
    .map((operation) => urlOf(operation, name))
  return texts.map((text, n) => {
    const url = urls[n % urls.length]!
    return { method: 'GET', url: url.replace('*', encodeURIComponent(text)), expected: expect(text, url) }
  })
}

/** Each parameter of each route of the document with hostile texts, and unknown parameters. */
export function parametersOf (document: Document): Record<string, TestRequest[]> {
  const operations = operationsOf(document).filter(([path]) => path.startsWith('/v1/'))
  const names = new Set(operations.flatMap(([, { parameters = [] }]) => parameters.map(({ name }) => name)))
  const unknown = [...operations.map((operation) => urlOf(operation, '')), '/healthz']
  return {
    ...Object.fromEntries([...names].map((name) => [name, requestsFor(operations, name)])),
    'the parameter name': ids.map((text, n) => {
      const url = unknown[n % unknown.length]!
      const separator = url.includes('?') ? '&' : '?'
      return { method: 'GET', url: `${url}${separator}${encodeURIComponent(text)}=1`, expected: 400 }
    })
  }
}
