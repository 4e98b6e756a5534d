import t from 'tap'
import { combine, combineUsages } from '#lib/metrics/combine.js'
import type { Values } from '#lib/metrics/combine.js'

const difference = ([a, b]: Values) => a === undefined || b === undefined ? undefined : a - b

t.test('a key has a value where its values are enough for one', (t) => {
  const columns = [new Map([['a', 5], ['b', 1]]), new Map([['a', 3], ['c', 1]])]
  t.same([...combine(columns, difference)], [['a', 2]])
  t.same([...combine(columns.slice(0, 1), ([a]) => a)], [['a', 5], ['b', 1]])
  t.same([...combine<string>([], () => 1)], [])
  t.end()
})

t.test('usages have two decimals, are never -0, and are possible', (t) => {
  const columns = [
    new Map([[0, 10.006], [60, 1], [120, 1], [180, 0]]), new Map([[0, 0], [60, 1.001], [180, 5], [240, 1]])
  ]
  t.strictSame([...combineUsages('memory', columns, difference)], [[0, 10.01], [60, 0]])
  t.end()
})
