import fc from 'fast-check'
import t from 'tap'
import { cutSamples } from '#lib/metrics/prometheus/matrix-json.js'
import { listOf } from '#test/support/samples.js'

/** The series in a response, and its samples as [milliseconds, value]. */
function read (text: string) {
  const { json, lists } = cutSamples(Buffer.from(text))
  const result: Array<{ metric: Record<string, string>, values: unknown }> = JSON.parse(json)
  return result.map(({ metric, values }) => ({ metric, samples: listOf(lists[values as number]!) }))
}

t.test('whatever the labels and samples are, they are those that JSON.parse reads', (t) => {
  const text = fc.oneof(
    fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"values":[[1,"2"]]', '\\')
  )
  const value = fc.oneof(
    fc.double().map(String),
    fc.integer().map(String),
    fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(20)).map(([n, digits]) => (n / 7).toFixed(digits)),
    fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
    fc.bigInt({ min: 2n ** 53n - 99n, max: 2n ** 53n + 9n }).map(String),
    fc.bigInt({ min: 2n ** 53n - 99n, max: 2n ** 53n }).map((n) => `${n / 100n}.${n % 100n}`),
    fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '0.000', '1e+09', '2.5E-7', '9007199254740993', '.5', '5.')
  )
  const seconds = fc.oneof(fc.nat(2 ** 31), fc.integer({ min: 0, max: 2e12 }).map((ms) => ms / 1000))
  const series = fc.record({
    metric: fc.dictionary(text, text), values: fc.array(fc.tuple(seconds, value), { minLength: 1 })
  })
  fc.assert(fc.property(fc.array(series), (result) => {
    const expected = (JSON.parse(JSON.stringify(result)) as typeof result).map(({ metric, values }) =>
      ({ metric, samples: values.map(([time, text]) => [Math.round(time * 1000), parseFloat(text)]) }))
    t.strictSame(read(JSON.stringify(result)), expected)
  }))
  t.end()
})

t.test('more samples than the space at first are read', (t) => {
  const values = Array.from({ length: 3_000 }, (_, i) => [i, String(i / 8)])
  const [all] = read(JSON.stringify([{ metric: {}, values }]))
  t.strictSame(all!.samples, values.map(([time, text]) => [Number(time) * 1000, Number(text)]))
  t.end()
})

t.test('a list in another layout stays', (t) => {
  for (const list of [
    '[]', '[[]]', '[[1]]', '[[1,2]]', '[["1","2"]]', '[[1, "2"]]', '[[1,"2",3]]', '[[1,"2"] ]', '[[,"2"]]',
    '[[-,"2"]]', '[[1e999,"2"]]', '{"a":[[1,"2"]]}', 'null', '[[1,"2"],[3]]', '[[1,"2\\u0031"]]'
  ]) {
    const text = `[{"values":${list}},{"values":[[1,"2"]]}]`
    const { json, lists } = cutSamples(Buffer.from(text))
    t.equal(json, `[{"values":${list}},{"values":0}]`)
    t.same(lists.map(listOf), [[[1_000, 2]]])
  }
  t.end()
})

t.test('however many lists begin and do not end, each byte is read a few times', (t) => {
  for (const end of ['', '1', '1,"', '1,"2"],', '1,"2\\']) {
    const part = `"values":[[${end}`
    const bytes = Buffer.from(part.repeat(1_000))
    let reads = 0
    cutSamples(new Proxy(bytes, {
      get (target, name) {
        reads++
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
    }))
    t.ok(reads < 5 * bytes.length, `${reads} reads of ${bytes.length} bytes`)
  }
  t.end()
})

t.test('a list of another property stays, whose name only ends like the right one', (t) => {
  const text = '{"\\"values":[[1,"2"]]}'
  t.same(cutSamples(Buffer.from(text)), { json: text, lists: [] })
  t.end()
})

t.test('a response that ends early stays, and is no JSON', (t) => {
  const text = '{"data":[{"values":[[1,"2"],[2,"3"]]}]}'
  for (let length = 0; length < text.length; length++) {
    const { json } = cutSamples(Buffer.from(text.slice(0, length)))
    t.throws(() => JSON.parse(json), SyntaxError)
  }
  t.end()
})
