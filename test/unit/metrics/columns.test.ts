import t from 'tap'
import { combineColumns, countOf, emptyColumn, indexOf } from '#lib/metrics/columns.js'

const window = { start: 120, end: 420, step: 60 }

t.test('a column has a value for each bucket of its window, and of no other', (t) => {
  t.equal(countOf(window), 5)
  t.same([...emptyColumn(window)], [NaN, NaN, NaN, NaN, NaN])
  t.same([60, 120, 240, 360, 420].map((time) => indexOf(window, time)), [-1, 0, 2, 4, 5])
  t.end()
})

t.test('usages have two decimals, and are unknown where a source is missing or impossible', (t) => {
  const sum = ([a, b]: Array<number | undefined>) => a === undefined || b === undefined ? undefined : a + b
  const columns = [Float64Array.of(1, NaN, 1, -Infinity, 99), Float64Array.of(2.006, 2, NaN, 2, 200)]
  t.same([...combineColumns('cpu', columns, sum)], [3.01, NaN, NaN, NaN, NaN])
  t.same([...combineColumns('cpu', [Float64Array.of(150, -0, NaN)], ([value]) => value)], [100, 0, NaN])
  t.end()
})
