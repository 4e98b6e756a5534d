import fc from 'fast-check'
import t from 'tap'
import {
  countLiteral, databaseIdentifier, durationLiteral, idLiteral, isId, timeLiteral
} from '#lib/metrics/influxdb/literals.js'
import {
  influxqlFragments, misleadingTexts, patterns, unusualIds
} from '#test/robustness/hostile/texts.js'

const validId = /^[A-Za-z0-9_-]{1,64}$/

t.test('an id is one string literal, whatever it means elsewhere', (t) => {
  const uuid = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
  for (const id of [uuid, ...unusualIds]) t.equal(idLiteral(id), `'${id}'`)
  t.end()
})

t.test('a text with any other character, or another length, is no id', (t) => {
  const texts = [...influxqlFragments, ...patterns, ...misleadingTexts].filter((text) => !validId.test(text))
  t.ok(texts.length > 60)
  for (const text of texts) {
    const error = { name: 'TypeError', message: /^not an id of [^'"]+$/ }
    t.throws(() => idLiteral(text), error, text.slice(0, 80))
  }
  for (const code of Array.from({ length: 0x250 }, (_, code) => code)) {
    const character = String.fromCharCode(code)
    t.equal(isId(`a${character}`), /[\w-]/.test(character), `character ${code}`)
  }
  t.end()
})

t.test('any text either is refused, or becomes one literal that means this text', (t) => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'aZ09_-\'"\\\n;/*$ \0é'), maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'aZ09_-'), maxLength: 80 }),
    fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype))
  )
  fc.assert(fc.property(texts, (text) => {
    if (!isId(text)) {
      t.throws(() => idLiteral(text), TypeError)
      return
    }
    // A string literal of InfluxQL ends at the next quote, and \ begins an escape.
    const [token] = /^'[^'\\\n]*'$/.exec(idLiteral(text)) ?? []
    t.equal(token?.slice(1, -1), text)
  }), { numRuns: 500 })
  t.end()
})

t.test('a number of points is a positive whole number', (t) => {
  t.equal(countLiteral(100), '100')
  for (const count of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) t.throws(() => countLiteral(count), RangeError)
  t.end()
})

t.test('a name of a database is one identifier', (t) => {
  for (const name of ['mon', 'mon_da9572dd8c0a4857aa12d9c4cbb76306', 'a.b-c']) {
    t.equal(databaseIdentifier(name), `"${name}"`)
  }
  const others = ['', 'a"b', 'a\\', 'a b', 'a\n', 'mon_%', '\0', 'é', 'a'.repeat(257)]
  for (const name of [...others, ...influxqlFragments]) {
    t.throws(() => databaseIdentifier(name), TypeError, name)
  }
  t.end()
})

t.test('a time is one RFC 3339 literal, in milliseconds', (t) => {
  t.equal(timeLiteral(1_502_330_400), '\'2017-08-10T02:00:00.000Z\'')
  t.equal(timeLiteral(0.5), '\'1970-01-01T00:00:00.500Z\'')
  for (const seconds of [NaN, Infinity, -Infinity, 253_402_300_800, -62_167_219_201, 8.7e12, 1e300]) {
    t.throws(() => timeLiteral(seconds), RangeError, String(seconds))
  }
  fc.assert(fc.property(fc.double(), (seconds) => {
    let literal
    try { literal = timeLiteral(seconds) } catch { return true }
    const [, text] = /^'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)'$/.exec(literal) ?? []
    return text !== undefined && Math.abs(Date.parse(text) - seconds * 1000) <= 1
  }))
  t.end()
})

t.test('a duration is a positive number of whole seconds', (t) => {
  t.equal(durationLiteral(60), '60s')
  t.equal(durationLiteral(315_360_000), '315360000s')
  for (const seconds of [0, -1, 0.5, NaN, Infinity, 2 ** 53, 1e21]) {
    t.throws(() => durationLiteral(seconds), RangeError, String(seconds))
  }
  fc.assert(fc.property(fc.oneof(fc.double(), fc.integer()), (seconds) => {
    try { return /^[1-9][0-9]{0,15}s$/.test(durationLiteral(seconds)) } catch { return true }
  }))
  t.end()
})
