import type { Samples } from '#lib/metrics/samples.js'

/**
 * The JSON of a matrix with each list of samples replaced by its index in `lists`. A list in another layout
 * than the stores' own stays as it is.
 */
export interface CutMatrix {
  json: string
  lists: Samples[]
}

/** A label cannot contain it: in a text, its quotes would be escaped. */
const key = Buffer.from('"values":')
const backslash = 0x5c
const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const open = 0x5b
const close = 0x5d

/** The powers of ten that are exact. The quotient of an exact whole number and one of them is correct. */
const powers = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`))

/**
 * Takes the samples out of a response, `[[<unix seconds>,"<value>"],...]` for each series. JSON.parse would
 * make two objects of each sample: most of the time and the garbage of a read.
 * Source: Prometheus, "HTTP API", "Range vectors".
 */
export function cutSamples (bytes: Buffer): CutMatrix {
  const lists: Samples[] = []
  const read = createListReader(bytes)
  let json = ''
  let copied = 0
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + key.length)) {
    const start = at + key.length
    const list = bytes[at - 1] === backslash ? undefined : read(start)
    if (list === undefined) continue
    json += bytes.toString('utf8', copied, start) + lists.length
    lists.push(list.samples)
    copied = list.end
  }
  return { json: json + bytes.toString('utf8', copied), lists }
}

function createListReader (bytes: Buffer) {
  // All lists are read into these, and copied.
  let times = new Float64Array(256)
  let values = new Float64Array(256)
  let position = 0

  /** Whether this byte comes next; then it is read. */
  function skip (byte: number) {
    if (bytes[position] !== byte) return false
    position++
    return true
  }

  /**
   * Reads a number up to an end: a decimal one without parseFloat(), in which most of the time would be. No
   * byte after a quote is read, however many lists begin before it.
   * @returns NaN where it is none
   */
  function readNumber (end: number) {
    const start = position
    const first = bytes[start] === minus ? start + 1 : start
    let at = first
    let mantissa = 0
    let digits = 0
    let pointAt = NaN
    let isDecimal = true
    for (let byte = bytes[at]; byte !== end && byte !== undefined; byte = bytes[++at]) {
      if (byte === backslash || byte === quote) break
      if (byte >= zero && byte <= nine) {
        mantissa = mantissa * 10 + (byte - zero)
        digits++
      } else if (byte === point && Number.isNaN(pointAt)) pointAt = at
      else isDecimal = false
    }
    position = at
    if (digits === 0 && isDecimal) return NaN
    const power = Number.isNaN(pointAt) ? 1 : powers[at - pointAt - 1]
    if (!isDecimal || power === undefined || mantissa > Number.MAX_SAFE_INTEGER) {
      return parseFloat(bytes.toString('latin1', start, at))
    }
    return (first > start ? -mantissa : mantissa) / power
  }

  function grow () {
    const larger = (array: Float64Array) => {
      const copy = new Float64Array(array.length * 2)
      copy.set(array)
      return copy
    }
    ;[times, values] = [larger(times), larger(values)]
  }

  /** @returns `undefined` where the list that begins there has another layout */
  return (start: number) => {
    position = start
    if (!skip(open)) return undefined
    let count = 0
    do {
      if (!skip(open)) return undefined
      const seconds = readNumber(comma)
      if (!Number.isFinite(seconds) || !skip(comma) || !skip(quote)) return undefined
      const value = readNumber(quote)
      if (!skip(quote) || !skip(close)) return undefined
      if (count === times.length) grow()
      times[count] = Math.round(seconds * 1000)
      values[count++] = value
    } while (skip(comma))
    if (!skip(close)) return undefined
    return { samples: { times: times.slice(0, count), values: values.slice(0, count) }, end: position }
  }
}
