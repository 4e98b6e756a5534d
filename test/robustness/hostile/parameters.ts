import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import type { Asked } from '#test/robustness/fuzz/requests.js'
import { confusions, expressions, oddIds, statements } from './texts.js'

const base = '/v1/openstack/projects'
export const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const hostile = [...statements, ...expressions, ...confusions]

const isId = (text: string) => /^[\w-]{1,64}$/.test(text)
const isNamePart = (text: string) => text !== '' && [...text].length <= 255

/**
 * A request for each text, which takes the place of `*` in a URL, with the status that it must be answered
 * with.
 */
const each = (texts: string[], urls: string[], expected: (text: string) => number): Asked[] =>
  texts.map((text, n) =>
    ({
      method: 'GET',
      url: urls[n % urls.length]!.replace('*', encodeURIComponent(text)),
      expected: expected(text)
    }))

const range = 'defaultTimeRange=10m&groupBy=1m'
const series = (query: string) => usages.map((usage) => `${base}/${demoInstanceId}/${usage}?${query}`)
// Without a text there is neither an id nor a name, and a path is another.
const ids = [...hostile.filter((text) => text !== ''), ...oddIds]

/**
 * Each parameter of each route with each hostile text. What is a name may be any text, and is looked for as
 * it is: there is none of it.
 */
export const parameters: Record<string, Asked[]> = {
  instanceId: each(
    ids, usages.map((usage) => `${base}/*/${usage}?${range}`), (text) => isId(text) ? 200 : 400
  ),
  projectId: each(ids, [`${base}/*/instances?limit=10`], (text) => isId(text) ? 404 : 400),
  groupBy: each(hostile, series('defaultTimeRange=10m&groupBy=*'), () => 400),
  defaultTimeRange: each(hostile, series('defaultTimeRange=*&groupBy=1m'), () => 400),
  timeRangeFrom: each(hostile, series('timeRangeFrom=*&timeRangeTo=1m&groupBy=1m'), () => 400),
  timeRangeTo: each(hostile, series('timeRangeFrom=1m&timeRangeTo=*&groupBy=1m'), () => 400),
  limit: each(hostile, [`${base}/summary?limit=*`, `${base}/${demoProjectId}/instances?limit=*`], () => 400),
  marker: each(
    [...hostile, ...oddIds],
    [`${base}/summary?marker=*`, `${base}/${demoProjectId}/instances?limit=10&marker=*`],
    () => 400
  ),
  hostname: each(
    hostile,
    [`${base}/${demoProjectId}/instances?limit=10&hostname=*`],
    (text) => isNamePart(text) ? 200 : 400
  ),
  projectName: each(hostile, [`${base}/summary?projectName=*`], (text) => isNamePart(text) ? 200 : 400),
  'the name of one': each(
    ids,
    [
      `${base}/summary?*=1`,
      `${base}/x/cpuUsage?${range}&*=1`,
      `${base}/x/instances?limit=1&*=1`,
      '/healthz?*=1'
    ],
    () => 400
  )
}
