import t from 'tap'
import { toCsv } from '#lib/monitoring/csv.js'
import type { CsvValue } from '#lib/monitoring/csv.js'

const cell = (value: CsvValue) => toCsv(['x'], [[value]]).slice('x\r\n'.length, -2)

t.test('has a header line, and a line for each row', async (t) => {
  t.equal(toCsv(['name', 'size'], [['a', 1], ['b', 2]]), 'name,size\r\na,1\r\nb,2\r\n')
  t.equal(toCsv(['name', 'size'], []), 'name,size\r\n')
})

t.test('quotes what would end a cell or a line', async (t) => {
  t.equal(cell('a,b'), '"a,b"')
  t.equal(cell('say "hi"'), '"say ""hi"""')
  t.equal(cell('two\nlines\r'), '"two\nlines\r"')
  t.equal(cell('plain text'), 'plain text')
})

t.test('leaves an unknown value empty, and joins several texts', async (t) => {
  t.same([null, undefined, [], ''].map(cell), ['', '', '', ''])
  t.equal(cell(['10.0.0.1', '::1']), '10.0.0.1 ::1')
  t.equal(cell(false), 'false')
})

t.test('no text is a formula, and numbers stay numbers', async (t) => {
  for (const text of ['=1+1', '+1', '-1', '@x', '\tx']) t.equal(cell(text), `'${text}`)
  t.equal(cell('=a,"b"'), '"\'=a,""b"""')
  t.equal(cell(['=a', 'b']), '\'=a b')
  t.same([-1, 0, 1.5].map(cell), ['-1', '0', '1.5'])
})
