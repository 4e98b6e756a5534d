import { useEffect, useRef } from 'preact/hooks'
import type { Signal } from '@preact/signals'
import { statistics } from '../lib/range.js'
import type { Times } from '../lib/time.js'
import type { Formats, Scale } from '../lib/units.js'
import type { WordKey } from '../lib/words.en.js'
import { f, locale, t } from '../state/language.js'
import { dark } from '../state/theme.js'
import { createPlot } from './plot.js'
import type { ChartData, Plot } from './plot.js'

export interface ChartProps {
  name: string
  scale: Scale
  data: ChartData
  times: Times
  utc: boolean
  /** The bucket under the cursor of all charts. */
  cursor: Signal<number | null>
  onZoom: (from: number, to: number) => void
  onZoomOut: () => void
  /** Announces a text to screen readers. */
  say: (text: string) => void
  /** Receives the chart while it is there, for a picture of all. */
  plots: Map<string, Plot>
}

const formatters: Record<Scale, (format: Formats) => (value: number) => string> = {
  percent: (format) => format.percent, rate: (format) => format.rate, packets: (format) => format.packets
}
export const formatterOf = (scale: Scale) => formatters[scale](f())

/** A usage over time. */
export function Chart ({ name, scale, data, times, utc, cursor, plots, say, ...zooms }: ChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot>(undefined)
  const format = formatterOf(scale)
  const summaries = data.series.map(({ name: series, values }) => ({
    series, values, known: statistics(values)
  }))
  const empty = summaries.every(({ known }) => known === null)

  // Colours, the zone and the language are part of a plot: another one is another plot.
  useEffect(() => {
    const created = createPlot(element.current!, data, {
      scale, times, utc, format, ...zooms, onCursor: (bucket) => { cursor.value = bucket }
    })
    plot.current = created
    plots.set(name, created)
    return () => {
      plots.delete(name)
      created.destroy()
    }
  }, [dark.value, utc, locale(), data.series.length])
  useEffect(() => plot.current?.update(data), [data])

  const onKeyDown = (event: KeyboardEvent) => {
    const bucket = nextBucket(event, cursor.value, data.count)
    if (bucket === undefined) return
    event.preventDefault()
    for (const each of plots.values()) each.point(bucket)
    cursor.value = bucket
    const values = summaries.map(({ series, values }) => {
      const value = values[bucket] ?? null
      return `${seriesName(series)} ${value === null ? t('chart.noData') : format(value)}`
    }).join(', ')
    say(t('chart.point', { time: times.full(data.start + bucket * data.step), values }))
  }
  const sentence = summaries.map(({ series, known }) => {
    const of = `${name} ${seriesName(series)}`.trim()
    return known === null
      ? t('chart.nothing', { name: of })
      : t('chart.sentence', { name: of, mean: format(known.mean), max: format(known.max) })
  })
  return (
    <section class='card chart'>
      <div class='head'>
        <h2>{name}</h2>
        <div class='values'>
          {summaries.map(({ series, values, known }, n) => (
            <Value key={series} {...{ series, values, known, format, cursor }} second={n === 1} />
          ))}
        </div>
      </div>
      <div
        class='plot' ref={element} tabIndex={0} onKeyDown={onKeyDown}
        role='application' aria-roledescription={t('chart.role')}
        aria-label={`${sentence.join('. ')}. ${t('chart.keys')}`}
      />
      {empty && <p class='message'>{t('chart.empty')}</p>}
    </section>
  )
}

/** The value under the cursor, else the newest one, with the mean and the greatest of the range. */
function Value ({ series, values, known, second, format, cursor }: {
  series: string,
  values: Array<number | null>,
  known: ReturnType<typeof statistics>,
  second: boolean,
  format: (value: number) => string,
  cursor: Signal<number | null>
}) {
  const value = cursor.value === null ? known?.newest ?? null : values[cursor.value] ?? null
  return (
    <div class={`value${second ? ' second' : ''}`}>
      <i>{seriesName(series)}</i>{' '}
      <b>{value === null ? t('chart.noData') : format(value)}</b>{' '}
      {known !== null &&
        <small>{t('chart.meanMax', { mean: format(known.mean), max: format(known.max) })}</small>}
    </div>
  )
}

/** Series of a chart with one series need no name. */
export const seriesName = (series: string) =>
  series === 'in' || series === 'out' ? t(`series.${series}` satisfies WordKey) : ''

function nextBucket ({ key, shiftKey }: KeyboardEvent, current: number | null, count: number) {
  const from = current ?? count - 1
  const far = shiftKey ? 10 : 1
  const target = { ArrowLeft: from - far, ArrowRight: from + far, Home: 0, End: count - 1 }[key]
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target))
}
