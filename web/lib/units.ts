const kib = 1024

/** Units of amounts, each 1024 times the one before. */
const bytes = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const rates = ['KiB/s', 'MiB/s', 'GiB/s', 'TiB/s']
const packetRates = ['/s', 'k/s', 'M/s', 'G/s']

/** Formats of one language. */
export function formats (language: string) {
  const decimals = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits })
  )

  /** Three significant figures at most where the number is small, all digits before the point. */
  const number = (value: number) => {
    const size = Math.abs(value)
    const digits = size >= 10 || Number.isInteger(value) ? 0 : size >= 0.1 ? 1 : 2
    return decimals[digits]!.format(value)
  }
  const scaled = (value: number, units: string[], base: number, size = value) => {
    let power = 0
    for (let rest = size; rest >= base && power < units.length - 1; rest /= base) power++
    return { value: number(value / base ** power), unit: units[power]! }
  }
  const text = ({ value, unit }: { value: string, unit: string }) => `${value} ${unit}`

  /** An amount in `unit`, in the unit that suits `size`, which is the amount itself unless given. */
  const amount = (value: number, unit: QuotaUnit, size = value) =>
    unit === 'count'
      ? { value: number(value), unit: '' }
      : scaled(value, bytes.slice(bytes.indexOf(unit)), kib, size)

  return {
    number,
    percent: (value: number) => `${number(value)} %`,
    /** A share of a limit. It never rounds up to a level that it has not reached. */
    share: (share: number) => `${decimals[0]!.format(Math.floor(share * 100 + 1e-9))} %`,
    amount: (value: number, unit: QuotaUnit) => text(amount(value, unit)).trim(),
    /** A usage and its limit in one unit, which the limit's text has. */
    pair (used: number, limit: number, unit: QuotaUnit) {
      const size = Math.max(used, limit)
      return { used: amount(used, unit, size).value, limit: text(amount(limit, unit, size)).trim() }
    },
    /** KiB/s. */
    rate: (value: number) => text(scaled(value, rates, kib)),
    packets: (value: number) => text(scaled(value, packetRates, 1000)),
    count: (value: number) => decimals[0]!.format(value)
  }
}

export type QuotaUnit = 'count' | 'MiB' | 'GiB'
export type Formats = ReturnType<typeof formats>

/** The usages of an instance, in the order of their charts. */
export const charts = [
  { usage: 'cpuUsage', scale: 'percent' },
  { usage: 'memUsage', scale: 'percent' },
  { usage: 'diskRead', scale: 'rate' },
  { usage: 'diskWrite', scale: 'rate' },
  { usage: 'networkIo', scale: 'rate' },
  { usage: 'networkPackets', scale: 'packets' }
] as const
export type Scale = typeof charts[number]['scale']

/** Steps of an axis: powers of two within 1024, and 1, 2, 2.5 and 5 within 10. */
const steps: Record<Exclude<Scale, 'percent'>, { base: number, steps: number[] }> = {
  rate: { base: kib, steps: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] },
  packets: { base: 10, steps: [1, 2, 2.5, 5] }
}

/**
 * The ticks of an axis from 0 to the first one that is not below `max`, three to five of them.
 * @param max the greatest value shown
 */
export function ticks (scale: Scale, max: number): number[] {
  if (scale === 'percent') return [0, 25, 50, 75, 100]
  const { base, steps: inPower } = steps[scale]
  // Without a value, the ticks are whole numbers.
  const height = max > 0 ? Math.max(max, 1) : 4
  const target = height / 4
  let power = base ** Math.floor(Math.log(target) / Math.log(base))
  let step: number | undefined
  while (step === undefined) {
    step = inPower.map((factor) => factor * power).find((size) => size >= target)
    power *= base
  }
  const count = Math.max(2, Math.ceil(height / step))
  return Array.from({ length: count + 1 }, (_, n) => n * step)
}
