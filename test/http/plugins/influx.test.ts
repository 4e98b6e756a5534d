import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
const noon = Date.UTC(2026, 0, 15, 12)

/** How many calls the metrics store receives for a series, and for the same again: of an hour in buckets, up to some minutes after noon. */
async function callsTwice (t: Test, env: Record<string, string>, { end = 0, groupBy = '1m', width = 60 } = {}) {
  // Answers are kept for no time here: what is not read again is kept as buckets.
  const { app, count } = await startService(t, { env: { CACHE: 'on', SERIES_TTL: '0', ...env }, now: () => noon })
  const last = noon / 1000 + end * 60 - width
  const ask = () => app.inject(`/v1/openstack/projects/${instance}/networkIo?groupBy=${groupBy}&timeRangeFrom=${last - 3_600}&timeRangeTo=${last}`)
  const before = count('metrics')
  const first = await ask()
  t.equal(first.statusCode, 200)
  const between = count('metrics')
  const { body } = await ask()
  t.equal(body, first.body)
  return [between - before, count('metrics') - between]
}

t.test('keeps buckets that have settled: 2 minutes after their end, or 2 of their widths', async (t) => {
  t.same(await callsTwice(t, {}, { end: -2 }), [1, 0])
  t.same(await callsTwice(t, {}, { end: -1 }), [1, 1])
  t.same(await callsTwice(t, {}, { end: -20, groupBy: '10m', width: 600 }), [1, 0])
  t.same(await callsTwice(t, {}, { end: -10, groupBy: '10m', width: 600 }), [1, 1])
})

t.test('takes SETTLE_TIME for buckets of any width', async (t) => {
  t.same(await callsTwice(t, { SETTLE_TIME: '5m' }, { end: -5 }), [1, 0])
  t.same(await callsTwice(t, { SETTLE_TIME: '5m' }, { end: -4 }), [1, 1])
  t.same(await callsTwice(t, { SETTLE_TIME: '5m' }, { end: -10, groupBy: '10m', width: 600 }), [1, 0])
})

t.test('keeps none with CACHE=off', async (t) => {
  t.same(await callsTwice(t, { CACHE: 'off' }, { end: -30 }), [1, 1])
})
