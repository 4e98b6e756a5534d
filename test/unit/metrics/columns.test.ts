import t from 'tap'
import { columnOf, combineColumns, countOf, emptyColumn } from '#lib/metrics/columns.js'

const window = { start: 120, end: 420, step: 60 }

t.test('a column has a value for each bucket of its window, and of no other', (t) => {
  t.equal(countOf(window), 5)
  t.same([...emptyColumn(window)], [NaN, NaN, NaN, NaN, NaN])
  const values = [[60, 1], [120, 2], [150, 3], [240, 0], [360, 5], [420, 6]] as const
  t.same([...columnOf(window, values)], [2, NaN, 0, NaN, 5])
  t.end()
})

t.test('usages have two decimals, and are unknown where a source is missing or impossible', (t) => {
  const sum = ([a, b]: Array<number | undefined>) => a === undefined || b === undefined ? undefined : a + b
  const columns = [Float64Array.of(1, NaN, 1, -Infinity, 99), Float64Array.of(2.006, 2, NaN, 2, 200)]
  t.same([...combineColumns('cpu', columns, sum)], [3.01, NaN, NaN, NaN, NaN])
  t.same([...combineColumns('cpu', [Float64Array.of(150, -0, NaN)], ([value]) => value)], [100, 0, NaN])
  t.end()
})
