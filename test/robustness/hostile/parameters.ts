import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { TestRequest } from '#test/robustness/fuzz/requests.js'
import { influxqlFragments, misleadingTexts, patterns, unusualIds } from './texts.js'

const base = '/v1/openstack/projects'
export const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const hostile = [...influxqlFragments, ...patterns, ...misleadingTexts]

const isId = (text: string) => /^[\w-]{1,64}$/.test(text)
const isNamePart = (text: string) => [...text].length <= 255

/**
 * One request for each text.
 * @param urls in turn; the text replaces the `*`
 * @param expected returns the expected status
 */
const each = (texts: string[], urls: string[], expected: (text: string) => number): TestRequest[] =>
  texts.map((text, n) => {
    const url = urls[n % urls.length]!.replace('*', encodeURIComponent(text))
    return { method: 'GET', url, expected: expected(text) }
  })

const range = 'defaultTimeRange=10m&groupBy=1m'
const series = (query: string) => usages.map((usage) => `${base}/${demoInstanceId}/${usage}?${query}`)
const instances = `${base}/${demoProjectId}/instances`
// An empty id is another path, and a parameter without a name or a value is none.
const nonEmpty = hostile.filter((text) => text !== '')
const ids = [...nonEmpty, ...unusualIds]

const bad = () => 400
const goodId = (status: number) => (text: string) => isId(text) ? status : 400
const goodNamePart = (text: string) => isNamePart(text) ? 200 : 400

/** Each parameter of each route with each hostile text. Any text is a valid part of a name; none matches. */
export const parameters: Record<string, TestRequest[]> = {
  instanceId: each(ids, usages.map((usage) => `${base}/*/${usage}?${range}`), goodId(200)),
  projectId: each(ids, [`${base}/*/instances?limit=10`], goodId(404)),
  groupBy: each(hostile, series('defaultTimeRange=10m&groupBy=*'), bad),
  defaultTimeRange: each(hostile, series('defaultTimeRange=*&groupBy=1m'), bad),
  timeRangeFrom: each(hostile, series('timeRangeFrom=*&timeRangeTo=1m&groupBy=1m'), bad),
  timeRangeTo: each(hostile, series('timeRangeFrom=1m&timeRangeTo=*&groupBy=1m'), bad),
  limit: each(nonEmpty, [`${base}/summary?limit=*`, `${instances}?limit=*`], bad),
  marker: each(ids, [`${base}/summary?marker=*`, `${instances}?limit=10&marker=*`], bad),
  hostname: each(nonEmpty, [`${instances}?limit=10&hostname=*`], goodNamePart),
  projectName: each(nonEmpty, [`${base}/summary?projectName=*`], goodNamePart),
  'the parameter name': each(ids, [
    `${base}/summary?*=1`,
    `${base}/x/cpuUsage?${range}&*=1`,
    `${base}/x/instances?limit=1&*=1`,
    '/healthz?*=1'
  ], bad)
}
