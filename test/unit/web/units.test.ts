import t from 'tap'
import { formats, ticks } from '#web/lib/units.js'
import type { Scale } from '#web/lib/units.js'

const format = formats('en')

t.test('numbers have the unit that suits them', async (t) => {
  const cases: Array<[string, string]> = [
    [format.amount(512, 'MiB'), '512 MiB'],
    [format.amount(8704, 'MiB'), '8.5 GiB'],
    [format.amount(42 * 1024 * 1024, 'MiB'), '42 TiB'],
    [format.amount(1023, 'GiB'), '1,023 GiB'],
    [format.amount(1024, 'GiB'), '1 TiB'],
    [format.amount(10043, 'count'), '10,043'],
    [format.amount(0, 'MiB'), '0 MiB'],
    [format.rate(0), '0 KiB/s'],
    [format.rate(0.04), '0.04 KiB/s'],
    [format.rate(1023), '1,023 KiB/s'],
    [format.rate(1.5 * 1024), '1.5 MiB/s'],
    [format.rate(2 * 1024 * 1024), '2 GiB/s'],
    [format.packets(999), '999 /s'],
    [format.packets(2027.5), '2 k/s'],
    [format.packets(7.55), '7.6 /s'],
    [format.percent(8.64), '8.6 %'],
    [format.percent(52.13), '52 %'],
    [format.share(0.999), '99 %'],
    [format.share(0.57), '57 %'],
    [format.share(16 / 15), '106 %']
  ]
  for (const [found, wanted] of cases) t.equal(found, wanted)
})

t.test('a usage and its limit have one unit', async (t) => {
  t.same(format.pair(30 * 1024, 75 * 1024, 'MiB'), { used: '30', limit: '75 GiB' })
  t.same(format.pair(512, 10240, 'MiB'), { used: '0.5', limit: '10 GiB' })
  t.same(format.pair(42, 150, 'count'), { used: '42', limit: '150' })
  t.same(format.pair(0, 0, 'GiB'), { used: '0', limit: '0 GiB' })
})

t.test('an axis begins at 0 and ends at or over the greatest value, with few ticks', async (t) => {
  const cases: Array<[Scale, number, number[]]> = [
    ['percent', 3, [0, 25, 50, 75, 100]],
    ['rate', 0, [0, 1, 2, 3, 4]],
    ['rate', 655, [0, 256, 512, 768]],
    ['rate', 5 * 1024, [0, 2048, 4096, 6144]],
    ['packets', 8355, [0, 2500, 5000, 7500, 10_000]]
  ]
  for (const [scale, max, wanted] of cases) t.same(ticks(scale, max), wanted, `${scale} ${max}`)
  for (const scale of ['rate', 'packets'] as const) {
    for (let max = 0.01; max < 1e9; max *= 1.7) {
      const found = ticks(scale, max)
      t.ok(found.at(-1)! >= max && found.length >= 3 && found.length <= 5, `${scale} ${max}: ${found}`)
    }
  }
})
