import t from 'tap'
import { differences } from './structure.js'

t.test('bodies with the same keys and types have no differences', async (t) => {
  for (const [simulated, real] of [
    [{ a: 1, b: 'x', c: null, d: [] }, { a: 2, b: 'y', c: null, d: [{ e: 1 }] }],
    [[{ a: 1 }, { b: 1 }, { a: 2 }], [{ b: 3 }, { a: 4 }]],
    [{ addresses: { net: [{ version: 4 }] } }, { addresses: { other: [{ version: 4 }], another: [] } }],
    ['2026-01-02T03:04:05Z', '2017-07-06T04:27:23Z']
  ]) t.strictSame(differences(simulated, real), [])
})

t.test('other keys, types and time formats are differences', async (t) => {
  for (const [simulated, real, found] of [
    [{ a: 1 }, { a: '1' }, ['.a: number instead of string']],
    [{ a: 1 }, { a: null }, ['.a: number instead of null']],
    [{ a: 1, b: 1 }, { a: 1 }, ['.b: number instead of nothing']],
    [{ a: [] }, { a: {} }, ['.a: a list instead of object']],
    [[{ a: 1 }], [{ a: 1 }, { a: 1, b: 1 }], ['[].b: nothing instead of number']],
    [
      [{ a: 1 }, { c: 1 }], [{ a: 1 }], ['[].c: number instead of nothing', '[].a: nothing instead of number']
    ],
    [{ a: 'x' }, 'x', [': object instead of string']],
    [
      '2026-01-02T03:04:05Z',
      '2017-07-06T04:27:23',
      [': a time such as 0000-00-00T00:00:00Z instead of a time such as 0000-00-00T00:00:00']
    ]
  ] as const) t.strictSame(differences(simulated, real), found)
})
