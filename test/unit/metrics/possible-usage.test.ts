import t from 'tap'
import { possibleUsage } from '#lib/metrics/possible-usage.js'
import { usages } from '#lib/metrics/usages.js'
import type { Metric } from '#lib/metrics/usages.js'

const metrics = Object.values(usages).flatMap(({ series }) => Object.values(series) as Metric[])

t.test('a possible value is the usage, with 2 decimals', (t) => {
  t.equal(metrics.length, 8)
  for (const metric of metrics) {
    const values = [[0, 0], [0.004, 0], [12.345678, 12.35], [99.999, 100], [100, 100]] as const
    for (const [value, usage] of values) {
      t.equal(possibleUsage(metric, value), usage, `${metric} ${value}`)
    }
    for (const zero of [-0, -0.004]) t.ok(Object.is(possibleUsage(metric, zero), 0), `${metric}: no -0`)
  }
  t.equal(possibleUsage('networkIn', 2 ** 30), 2 ** 30)
  t.end()
})

t.test('an impossible value is unknown, whatever the metric', (t) => {
  for (const metric of metrics) {
    for (const value of [-0.01, -17.19, -1e300, NaN, Infinity, -Infinity, 2 ** 31, 1.7e308]) {
      t.equal(possibleUsage(metric, value), undefined, `${metric} ${value}`)
    }
  }
  t.equal(possibleUsage('memory', 100.01), undefined)
  t.equal(possibleUsage('memory', 117.19), undefined)
  t.equal(possibleUsage('cpu', 200.01), undefined)
  t.equal(possibleUsage('packetsOut', 2 ** 30 + 1), undefined)
  t.end()
})

t.test('a busy instance that is measured above 100 % uses 100 % of its vCPUs', (t) => {
  for (const value of [100.4, 130, 200]) t.equal(possibleUsage('cpu', value), 100)
  t.end()
})
