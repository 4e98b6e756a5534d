import Fastify from 'fastify'
import { request } from 'undici'
import { usages } from '#lib/metrics/usages.js'
import { parseWindow } from '#lib/time-range.js'
import type { RangeQuery } from '#lib/time-range.js'
import type { Route } from './service-path.js'
import { queriesOf } from './stores/queries.js'

// The shortest program that answers the service's routes for charts: one query to STORE for each request, no
// cache, no limits, no log.
const { ORIGIN, STORE } = process.env
const { directPath, seriesOf } = queriesOf[STORE!]!

const app = Fastify()
for (const [route, { unit, series }] of Object.entries(usages) as Array<[Route, typeof usages[Route]]>) {
  const factor = unit === 'KiB/s' ? 1 / 1024 : 1
  const usageOf = (value: number) => Math.round(value * factor * 100) / 100
  app.get<{ Params: { id: string }, Querystring: RangeQuery }>(
    `/v1/openstack/projects/:id/${route}`, async ({ params: { id }, query }) => {
      const window = parseWindow(query, Date.now())
      const { body } = await request(ORIGIN + directPath(route, id, window))
      const lists = seriesOf(route, await body.json(), window)
      return Object.keys(series).map((name, i) => ({
        name,
        metric: (lists[i] ?? []).map(([time, value]) => ({ time, usage: usageOf(value) }))
      }))
    })
}
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
