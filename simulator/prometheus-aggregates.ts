/** A series with its samples, ascending: unix seconds and a number as text. */
interface SampledSeries {
  metric: Record<string, string>
  values: Array<[number, string]>
}

/** Each function of samples in a range; `undefined` without a result. */
const functions: Record<string, (values: number[]) => number | undefined> = {
  last_over_time: (values) => values.at(-1),
  count_over_time: (values) => values.length,
  avg_over_time: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  max_over_time: (values) => Math.max(...values),
  resets: (values) => values.filter((value, i) => value < values[i - 1]!).length
}

const text = '"((?:[^"\\\\]|\\\\.)*)"'
const aggregate = new RegExp(
  `^label_replace\\((\\w+)\\(\\{__name__=~${text},domain=~${text}\\}\\[(\\d+)ms\\] offset (\\d+)ms\\), ` +
  `${text}, ${text}, "", ""\\)$`
)

/**
 * The result of a range query for aggregates, in the form that the service sends.
 * @param read the series with names and domains, with their samples in a range, in unix seconds
 * @returns `undefined` for any other query
 */
export function aggregatesOf (
  fields: URLSearchParams,
  read: (names: string, domains: string, range: [number, number]) => SampledSeries[]
) {
  const [start = NaN, end = NaN, step = NaN] =
    ['start', 'end', 'step'].map((name) => Number(fields.get(name)))
  const aggregates = (fields.get('query') ?? '').split(' or ').map((query) => aggregate.exec(query))
  if (!(step > 0) || aggregates.includes(null)) return undefined
  return aggregates.flatMap((match) => {
    const [, name = '', names = '', domains = '', rangeMs, offsetMs, label = '', value = ''] = match!
    const [range, offset] = [Number(rangeMs) / 1000, Number(offsetMs) / 1000]
    return read(names, domains, [start - range - offset, end]).flatMap(({ metric, values }) => {
      const result: Array<[number, string]> = []
      for (let time = start; time <= end; time += step) {
        const inRange = between(values, time - offset - range, time - offset).map(([, text]) => Number(text))
        const found = inRange.length === 0 ? undefined : functions[name]?.(inRange)
        if (found !== undefined) result.push([time, String(found)])
      }
      return result.length === 0 ? [] : [{ metric: { ...metric, [label]: value }, values: result }]
    })
  })
}

/** The samples from one time to another, with both. */
function between (values: Array<[number, string]>, from: number, to: number) {
  const firstAt = (isReached: (time: number) => boolean) => {
    let [low, high] = [0, values.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (isReached(values[middle]![0])) high = middle
      else low = middle + 1
    }
    return low
  }
  return values.slice(firstAt((time) => time >= from), firstAt((time) => time > to))
}
