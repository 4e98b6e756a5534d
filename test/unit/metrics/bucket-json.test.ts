import fc from 'fast-check'
import t from 'tap'
import { bucketsJson, extendJson, jsonBytes, sliceJson } from '#lib/metrics/bucket-json.js'
import type { BlockJson } from '#lib/metrics/bucket-json.js'

t.test('the JSON of any part of a block is that of its buckets, whatever was asked for before', (t) => {
  const usage = fc.oneof(fc.constant(NaN), fc.nat(100_000).map((hundredths) => hundredths / 100))
  const block = fc.array(usage, { minLength: 20, maxLength: 20 })
  const part = fc.tuple(fc.nat(20), fc.nat(20)).map((ends) => ends.sort((a, b) => a - b))
  fc.assert(fc.property(block, fc.array(part), (usages, parts) => {
    const column = Float64Array.from(usages)
    const [first, step] = [1_800_000_000, 60]
    let json: BlockJson | undefined
    for (const [from, to] of parts as Array<[number, number]>) {
      json = extendJson(json, column, { first, from, to, step })
      const window = { start: first + from * step, end: first + to * step, step }
      t.equal(sliceJson(json, from, to).toString(), bucketsJson(column.subarray(from, to), window))
    }
  }))
  t.end()
})

t.test('JSON that is asked for again is the same object, and its bytes count', (t) => {
  const part = { first: 0, from: 1, to: 3, step: 60 }
  const json = extendJson(undefined, Float64Array.of(1, 2, NaN, 4), part)
  t.equal(json.bytes.toString(), ',{"time":60,"usage":2}')
  t.equal(extendJson(json, Float64Array.of(1, 2, NaN, 4), part), json)
  t.equal(jsonBytes(undefined), 0)
  t.ok(jsonBytes(json) > json.bytes.length)
  t.end()
})
