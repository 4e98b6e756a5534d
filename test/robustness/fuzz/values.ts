import fc from 'fast-check'

/** The text of a parameter. */
export interface Value {
  text: string
  /** Whether the service must accept the text; `undefined` if both are possible. */
  valid?: boolean
}

const known = (valid: boolean, ...texts: string[]) =>
  fc.constantFrom(...texts.map((text) => ({ text, valid })))
const unknown = (texts: fc.Arbitrary<string>): fc.Arbitrary<Value> => texts.map((text) => ({ text }))

const notorious = [
  '', ' ', '\0', 'a\0b', '%00', '%', '%2e%2e%2f', '../../etc/passwd', '..', '__proto__', 'constructor',
  'toString', 'null', 'undefined', 'true', '[]', '[object Object]', '{"a":1}', '\' OR 1=1 --',
  '"; DROP SERIES', '/.*/', '(a+)+$', '$(id)', '#{7*7}', '<script>alert(1)</script>', '\r\nX-Evil: 1',
  '\u202e', '\ufeff', '\u0130', 'ﬃ', '👩‍👩‍👧', 'ñ', 'n\u0303', '/', '\\', '?', '#', '&', '=', '+', ';', ',',
  '-', '.', '*'
]
const numbers = [
  '0', '-0', '-1', '+1', '1.0', '1.', '.1', '01', '1e2', '1E2', '0x10', '0b1', '0o7', '1_000', ' 1', '1 ',
  '1,000', '١', '１', 'NaN', 'Infinity', '-Infinity', '2147483648', '9007199254740993',
  '99999999999999999999', '1e309', '5e-324', '999999999999999', '1n'
]

/** Arbitrary text. */
export const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...notorious) },
  { weight: 3, arbitrary: fc.constantFrom(...numbers) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.double().map(String),
      fc.bigInt().map(String),
      fc.integer().map((n) => n.toString(16))
    )
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('a', '0', 's', '1m', '%', 'é', '__proto__'),
      fc.integer({ min: 1, max: 400 })
    ).map(([part, n]) => part.repeat(n))
  }
)

const anyText = unknown(text)
const digits = fc.integer({ min: 0, max: 12 }).chain((length) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length }))
const durationUnit = fc.constantFrom('s', 'm', 'h', 'd', 'w', 'ms', 'y', 'S', 'µ', '')
const durationParts = fc.array(fc.tuple(digits, durationUnit), { minLength: 1, maxLength: 9 })
const durationLike = unknown(durationParts.map((parts) => parts.flat().join('')))
const timeZone = fc.constantFrom(
  'Z', 'z', '', '+09:00', '-23:59', '+24:00', '.5Z', '.123456789Z', '.1234567890Z'
)
const twoDigits = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
const instantLike = unknown(
  fc.tuple(fc.integer({ min: 0, max: 9999 }), twoDigits(13), twoDigits(32), twoDigits(25), timeZone)
    .map(([year, month, day, hour, zone]) => `${year}-${month}-${day}T${hour}:00:00${zone}`)
)

const invalidDurations = known(
  false, '', '0', '0s', '15', '-5m', '1.5h', '5x', ' 5m', '5m ', '5 m', '5M', '１m', '1ms', '1y', '3651d',
  '99999999999s', 'm', '1m-', '1m\0'
)

/** Values of a parameter: valid ones only, and any. */
export type Values = Record<'valid' | 'any', fc.Arbitrary<Value>>

const values = (valid: fc.Arbitrary<Value>, ...others: Array<fc.Arbitrary<Value>>): Values =>
  ({ valid, any: fc.oneof(anyText, valid, ...others) })

export const groupBy = values(
  known(true, '1m', '15s', '90s', '5m', '1h', '1h30m'), durationLike, invalidDurations
)
export const defaultTimeRange = values(
  known(true, '10m', '2h', '1h30m', '1d'), durationLike, invalidDurations
)
export const timeRangeFrom = values(known(true, '10m', '2h', '1d'), durationLike, instantLike)
export const timeRangeTo = values(known(true, '30m', '1h', '30s'), durationLike, instantLike)
export const limit = values(
  fc.integer({ min: 1, max: 1000 }).map((n) => ({ text: String(n), valid: true })),
  known(
    false, '', '0', '-0', '-1', '1001', '+1', '1.0', '1e2', '0x10', ' 1', '1 ', '１', 'NaN',
    '9007199254740993'
  )
)

/** A name part may be any text of 1 to 255 characters. */
export const namePart = values(
  fc.oneof(
    fc.constantFrom('a', '-1', '.', '(', '[', '*', '\\', '%', '_', '\u0130', '👩‍👩‍👧', 'a'.repeat(255)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })
  ).map((text) => ({ text, valid: true })),
  known(false, '', 'a'.repeat(256))
)

const ids = (count: number) => Array.from({ length: count }, (_, n) => `i${n}`).join()

/** A list of ids. */
export const instances = values(
  known(true, 'of-no-instance', 'a,b', ids(100)), known(false, '', ',', 'a,', 'a,,b', 'a,a', 'a b', ids(101))
)

/** A list of usages. */
export const usage = values(
  known(true, 'cpuUsage', 'networkIo,memUsage'),
  known(false, '', ',', 'cpu', 'cpuUsage,cpuUsage', 'cpuUsage,', 'cpuUsage, memUsage', 'toString')
)

/** One of some words; no other one is valid. */
export const oneOf = (...words: string[]) => values(
  known(true, ...words), known(false, '', `${words[0]} `, `${words[0]},${words[0]}`, 'toString')
)

export const nearLimit = values(
  known(true, '1', '80', '100', '1000'), known(false, '0', '-1', '1001', '80.5', '80%', '8e1')
)

export const address = values(
  known(true, '115.68.151.163', '10.0.0.1', '::1', 'FE80::1'),
  known(false, '10.0.0', '10.0.0.256', '10.0.0.0/24', ':', '1.2.3.4.5', 'fe80::1%eth0')
)

export const id = (...ids: string[]) => values(
  known(true, ...ids),
  known(false, '', 'a'.repeat(65), 'a b', 'a/b', 'é', 'a.b', 'a\n', '-\0')
)
