import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
const noon = Date.UTC(2026, 0, 15, 12)

/**
 * Requests a series of one hour twice.
 * @param end minutes after noon at which the last bucket ends
 * @param width seconds of a bucket
 * @returns how many requests the metrics store receives for each of them
 */
async function callsOfTwoRequests (
  t: Test, env: Record<string, string>, { end = 0, groupBy = '1m', width = 60 } = {}
) {
  // Without cached responses, the cached buckets alone save requests.
  const { app, count } = await startService(t, {
    env: { CACHE: 'on', SERIES_TTL: '0', ...env }, now: () => noon
  })
  const last = noon / 1000 + end * 60 - width
  const range = `groupBy=${groupBy}&timeRangeFrom=${last - 3_600}&timeRangeTo=${last}`
  const get = () => app.inject(`/v1/openstack/projects/${instance}/networkIo?${range}`)
  const before = count('metrics')
  const first = await get()
  t.equal(first.statusCode, 200)
  const between = count('metrics')
  const { body } = await get()
  t.equal(body, first.body)
  return [between - before, count('metrics') - between]
}

t.test('caches buckets 2 minutes or 2 widths after their end', async (t) => {
  t.same(await callsOfTwoRequests(t, {}, { end: -2 }), [1, 0])
  t.same(await callsOfTwoRequests(t, {}, { end: -1 }), [1, 1])
  t.same(await callsOfTwoRequests(t, {}, { end: -20, groupBy: '10m', width: 600 }), [1, 0])
  t.same(await callsOfTwoRequests(t, {}, { end: -10, groupBy: '10m', width: 600 }), [1, 1])
})

t.test('caches buckets of any width SETTLE_TIME after their end', async (t) => {
  const env = { SETTLE_TIME: '5m' }
  t.same(await callsOfTwoRequests(t, env, { end: -5 }), [1, 0])
  t.same(await callsOfTwoRequests(t, env, { end: -4 }), [1, 1])
  t.same(await callsOfTwoRequests(t, env, { end: -10, groupBy: '10m', width: 600 }), [1, 0])
})

t.test('caches no bucket with CACHE=off', async (t) => {
  t.same(await callsOfTwoRequests(t, { CACHE: 'off' }, { end: -30 }), [1, 1])
})
