import fc from 'fast-check'
import t from 'tap'
import { InvalidParameters } from '#lib/errors.js'
import { maxBuckets, parseWindow } from '#lib/time-range.js'
import type { RangeQuery } from '#lib/time-range.js'

/** 2017-08-10T02:03:04.500Z */
const now = 1_502_330_584_500
const at = (time: string) => Date.parse(`2017-08-10T${time}Z`) / 1000

const windows: Array<[string, RangeQuery, [start: number, end: number]]> = [
  ['the last 10 minutes', { defaultTimeRange: '10m', groupBy: '1m' }, [at('01:53:00'), at('02:04:00')]],
  [
    'a range before now',
    { timeRangeFrom: '2h', timeRangeTo: '1h', groupBy: '1m' },
    [at('00:03:00'), at('01:04:00')]
  ],
  [
    'the newer end given first',
    { timeRangeFrom: '10m', timeRangeTo: '30m', groupBy: '1m' },
    [at('01:33:00'), at('01:54:00')]
  ],
  [
    'RFC 3339 ends',
    { timeRangeFrom: '2017-08-10T01:00:30Z', timeRangeTo: '2017-08-10T11:30:00.25+09:00', groupBy: '1h' },
    [at('01:00:00'), at('03:00:00')]
  ],
  [
    'lower-case RFC 3339',
    { timeRangeFrom: '2017-08-10t01:00:30z', timeRangeTo: '1h', groupBy: '1m' },
    [at('01:00:00'), at('01:04:00')]
  ],
  [
    'unix times',
    { timeRangeFrom: '1502326800', timeRangeTo: '1502327100', groupBy: '1m' },
    [at('01:00:00'), at('01:06:00')]
  ],
  [
    'an end on a bucket\'s start, which that bucket holds',
    { timeRangeFrom: '2017-08-10T01:00:00Z', timeRangeTo: '2017-08-10T02:00:00Z', groupBy: '1h' },
    [at('01:00:00'), at('03:00:00')]
  ],
  ['buckets wider than the range', { defaultTimeRange: '1m', groupBy: '1w' }, [1_502_323_200, 1_502_928_000]],
  [
    'a mixture of forms',
    { timeRangeFrom: '2017-08-10T01:00:00Z', timeRangeTo: '1m', groupBy: '10m' },
    [at('01:00:00'), at('02:10:00')]
  ]
]

for (const [name, query, [start, end]] of windows) {
  t.test(`cuts ${name}`, async (t) => {
    const window = parseWindow(query, now)
    t.same([window.start, window.end], [start, end])
  })
}

const refusals: Array<[RangeQuery, string[]]> = [
  [{ groupBy: '1m' }, ['defaultTimeRange']],
  [{ groupBy: '1m', timeRangeFrom: '1h' }, ['timeRangeTo']],
  [{ groupBy: '1m', timeRangeTo: '1h' }, ['timeRangeFrom']],
  [{ groupBy: '1m', defaultTimeRange: '1h', timeRangeFrom: '1h' }, ['timeRangeFrom']],
  [
    { groupBy: '1m', defaultTimeRange: '1h', timeRangeFrom: '2h', timeRangeTo: '1h' },
    ['timeRangeFrom', 'timeRangeTo']
  ],
  [{ groupBy: '1x', defaultTimeRange: '0s' }, ['groupBy', 'defaultTimeRange']],
  [{ groupBy: '1m', timeRangeFrom: '1h', timeRangeTo: '60m' }, ['timeRangeTo']],
  [
    { groupBy: '1m', timeRangeFrom: 'yesterday', timeRangeTo: '2017-02-30T00:00:00Z' },
    ['timeRangeFrom', 'timeRangeTo']
  ],
  [
    { groupBy: '1m', timeRangeFrom: '2017-08-10', timeRangeTo: '2017-08-10T01:00:00' },
    ['timeRangeFrom', 'timeRangeTo']
  ],
  [
    { groupBy: '1m', timeRangeFrom: '2017-13-10T01:00:00Z', timeRangeTo: '2017-08-10T24:00:00Z' },
    ['timeRangeFrom', 'timeRangeTo']
  ],
  [
    { groupBy: '1m', timeRangeFrom: '1969-12-31T23:59:59Z', timeRangeTo: '2200-01-01T00:00:00Z' },
    ['timeRangeFrom', 'timeRangeTo']
  ],
  [{ groupBy: '1m', timeRangeFrom: '99999999999', timeRangeTo: '1e9' }, ['timeRangeFrom', 'timeRangeTo']],
  [{ groupBy: '1s', defaultTimeRange: '1d' }, ['groupBy']]
]

for (const [query, parameters] of refusals) {
  t.test(`refuses ${JSON.stringify(query)}`, async (t) => {
    const err = t.throws(() => parseWindow(query, now)) as unknown as InvalidParameters
    t.type(err, InvalidParameters)
    t.same(err.errors.map(({ parameter }) => parameter), parameters)
  })
}

t.test('names the smallest groupBy that fits', async (t) => {
  t.throws(
    () => parseWindow({ groupBy: '1s', defaultTimeRange: '1w' }, now), { message: /604801 buckets.* is 55s$/ }
  )
  t.doesNotThrow(() => parseWindow({ groupBy: '55s', defaultTimeRange: '1w' }, now))
  t.throws(() => parseWindow({ groupBy: '54s', defaultTimeRange: '1w' }, now))
})

t.test('allows exactly as many buckets as it says', async (t) => {
  const start = 1_502_330_400
  const last = (buckets: number) => ({
    groupBy: '1m', timeRangeFrom: `${start}`, timeRangeTo: `${start + (buckets - 1) * 60}`
  })
  const { end } = parseWindow(last(maxBuckets), now)
  t.equal((end - start) / 60, maxBuckets)
  t.throws(() => parseWindow(last(maxBuckets + 1), now), { message: /11001 buckets.* is 61s$/ })
})

t.test('holds both ends in whole buckets, whatever is asked', async (t) => {
  const ends = fc.tuple(
    fc.integer({ min: 0, max: 4_000_000_000 }),
    fc.integer({ min: 1, max: 10_000_000 }),
    fc.integer({ min: 1, max: 1_000_000 })
  )
  fc.assert(fc.property(ends, ([from, length, width]) => {
    fc.pre(length / width < maxBuckets - 1)
    const { start, end, step } = parseWindow(
      { groupBy: `${width}s`, timeRangeFrom: `${from}`, timeRangeTo: `${from + length}` }, now
    )
    return start % step === 0 && end % step === 0 && start <= from && from < start + step &&
      end - step <= from + length && from + length < end
  }))
})
