import t from 'tap'
import { missingWindows } from '#lib/metrics/missing-windows.js'

/** The missing buckets, and the windows to fetch for them, in buckets of 10 s. */
const cases: Array<[missing: number[], windows: Array<[from: number, to: number]>]> = [
  [[], []],
  [[3], [[3, 4]]],
  [[3, 4, 5], [[3, 6]]],
  [[3, 5], [[3, 6]]],
  [[0, 3], [[0, 4]]],
  [[0, 4], [[0, 1], [4, 5]]],
  [[0, 1, 5, 6], [[0, 7]]],
  [[0, 1, 7, 8], [[0, 2], [7, 9]]],
  [[0, 2, 9, 10], [[0, 3], [9, 11]]],
  [[0, 9, 10, 11], [[0, 1], [9, 12]]],
  [[0, 4, 8, 12], [[0, 13]]]
]

for (const [missing, windows] of cases) {
  t.test(`fetches ${JSON.stringify(windows)} for ${JSON.stringify(missing)}`, async (t) => {
    const expected = windows.map(([from, to]) => ({ start: from * 10, end: to * 10, step: 10 }))
    t.same(missingWindows(missing.map((bucket) => bucket * 10), 10), expected)
  })
}
