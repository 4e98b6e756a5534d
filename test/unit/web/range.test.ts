import t from 'tap'
import {
  allowedWidths, autoWidth, formatRange, gapsOf, isSparse, move, parseRange, parseWidth, requestOf,
  statistics, zoomIn, zoomOut
} from '#web/lib/range.js'
import { fromInput, times, toInput } from '#web/lib/time.js'

const hour = 3600
const now = 1_800_000_000

t.test('a URL names a range, or the default', async (t) => {
  const live = (text: string, length: number) => ({ live: text, length })
  const cases: Array<[string, object]> = [
    ['', live('1h', hour)],
    ['range=6h', live('6h', 6 * hour)],
    ['range=90m', live('90m', 1.5 * hour)],
    ['range=5s', live('1h', hour)],
    ['range=soon', live('1h', hour)],
    ['from=1700000000&to=1700003600', { from: 1_700_000_000, to: 1_700_003_600 }],
    ['from=1700003600&to=1700000000', live('1h', hour)],
    ['from=1700000000', live('1h', hour)],
    ['from=x&to=1700000000&range=24h', live('24h', 24 * hour)]
  ]
  for (const [query, range] of cases) t.same(parseRange(new URLSearchParams(query)), range, query)
  t.same(formatRange(live('1h', hour)), { from: null, to: null, range: null })
  t.same(formatRange(live('6h', 6 * hour)), { from: null, to: null, range: '6h' })
  t.same(formatRange({ from: 1, to: 2 }), { from: '1', to: '2', range: null })
})

t.test('the automatic width is the narrowest one with at most 360 buckets', async (t) => {
  const day = 24 * hour
  const cases = [[900, 15], [hour, 15], [3 * hour, 30], [6 * hour, 60], [day, 300], [7 * day, 1800],
    [30 * day, 7200], [365 * day, 2 * 86_400]] as const
  for (const [length, width] of cases) t.equal(autoWidth(length), width, String(length))
  t.equal(parseWidth('1m', hour), 60)
  t.equal(parseWidth('1s', hour), undefined, 'more than 2,000 buckets')
  t.equal(parseWidth('wide', hour), undefined)
  t.equal(parseWidth(null, hour), undefined)
  t.same(allowedWidths(hour), [15, 30, 60, 120, 300, 600, 900, 1800])
})

t.test('ranges zoom and move, and do not end in the future', async (t) => {
  const range = { from: now - 4 * hour, to: now - 3 * hour }
  t.same(zoomOut(range, now), { from: now - 4.5 * hour, to: now - 2.5 * hour })
  t.same(zoomOut({ live: '1h', length: hour }, now), { from: now - 2 * hour, to: now })
  t.same(move(range, -1, now), { from: now - 4.5 * hour, to: now - 3.5 * hour })
  t.same(move(range, 1, now), { from: now - 3.5 * hour, to: now - 2.5 * hour })
  t.same(move({ from: now - hour, to: now }, 1, now), { from: now - hour, to: now })
  t.same(zoomIn(100.2, 400.7), { from: 100, to: 401 })
  t.same(zoomIn(100, 101), { from: 70, to: 131 }, 'no shorter than a minute')
})

t.test('a live range has one URL for everybody', async (t) => {
  t.same(requestOf({ live: '6h', length: 6 * hour }, 60), { groupBy: '1m', defaultTimeRange: '6h' })
  t.same(requestOf({ from: 1, to: 2 }, 15), { groupBy: '15s', timeRangeFrom: '1', timeRangeTo: '2' })
})

t.test('gaps are the buckets in which nothing is known', async (t) => {
  t.same(gapsOf([[1, null, null, 4, null]], 5), [[1, 3], [4, 5]])
  t.same(gapsOf([[1, null, 3], [null, 2, 3]], 3), [], 'one of two series is enough')
  t.same(gapsOf([[null, null]], 2), [[0, 2]])
  t.same(gapsOf([[0, 0]], 2), [], '0 is a value')
})

t.test('statistics leave out what is unknown', async (t) => {
  t.same(statistics([null, 2, 4, null]), { mean: 3, max: 4, newest: 4 })
  t.equal(statistics([null, null]), null)
  t.same(statistics([0]), { mean: 0, max: 0, newest: 0 })
})

t.test('buckets narrower than the samples alternate with holes; an outage does not', async (t) => {
  const every = (n: number) => Array.from({ length: 60 }, (_, k) => k % n === 0 ? k : null)
  t.equal(isSparse(every(1)), false)
  t.equal(isSparse(every(2)), true)
  t.equal(isSparse(every(4)), true)
  t.equal(isSparse(every(1).map((value, k) => k > 20 && k < 50 ? null : value)), false)
  t.equal(isSparse([null, null, 1]), false)
})

t.test('times are of the zone that is chosen', async (t) => {
  const utc = times('en', true)
  t.equal(utc.full(1_795_658_400), 'Nov 26, 2026, 02:00:00 UTC')
  t.equal(utc.tick(1_795_658_400, 900), '02:00')
  t.equal(utc.tick(1_795_658_430, 15), '02:00:30')
  t.equal(utc.tick(1_795_651_200, 3600), 'Nov 26', 'midnight')
  t.equal(utc.range(1_795_658_400, 1_795_662_000), 'Nov 26, 02:00 – 03:00')
  t.equal(utc.range(1_795_650_000, 1_795_662_000), 'Nov 25, 23:40 – Nov 26, 03:00')
  t.equal(toInput(1_795_658_400, true), '2026-11-26T02:00')
  for (const isUtc of [true, false]) t.equal(fromInput(toInput(1_795_658_400, isUtc), isUtc), 1_795_658_400)
  t.ok(Number.isNaN(fromInput('', true)))
})
