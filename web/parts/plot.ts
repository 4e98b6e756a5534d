import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { gapsOf } from '../lib/range.js'
import { ticks } from '../lib/units.js'
import type { Scale } from '../lib/units.js'
import type { Times } from '../lib/time.js'

/** Values of an instance's series, in buckets from `start` on. */
export interface ChartData {
  start: number
  step: number
  count: number
  series: Array<{ name: string, values: Array<number | null> }>
  /** Whether the last bucket still fills: its value may change. */
  filling: boolean
}

export interface PlotOptions {
  scale: Scale
  times: Times
  utc: boolean
  format: (value: number) => string
  onCursor: (bucket: number | null) => void
  onZoom: (from: number, to: number) => void
  onZoomOut: () => void
}

/** Charts of one screen share their cursor. */
const syncKey = 'instance'
/** Narrower drags are clicks: px. */
const minDrag = 5
const font = '11px system-ui, "Noto Sans", "Noto Sans KR", NanumGothic, sans-serif'
/** The chart on which a drag began: all charts show it, and one of them zooms. */
let dragged: UPlot | undefined

/**
 * Draws series on a canvas.
 * @returns the plot, which its caller destroys
 */
export function createPlot (element: HTMLElement, data: ChartData, options: PlotOptions) {
  const { scale, times, utc, format } = options
  const colour = colours(element)
  const stroke = [colour('--accent'), colour('--second')]
  const grid = { stroke: colour('--line'), width: 1 }
  const axis = { stroke: colour('--quiet'), font, ticks: { show: false }, grid }
  const { rows, lines } = linesOf(data)
  let top = ticksOf(scale, data)
  const plot: UPlot = new UPlot({
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [6, 18, 0, 0],
    legend: { show: false },
    tzDate: (time) => utc ? UPlot.tzDate(new Date(time * 1000), 'Etc/UTC') : new Date(time * 1000),
    scales: {
      x: { time: true, range: () => [data.start, data.start + Math.max(1, data.count - 1) * data.step] },
      y: { range: () => [0, top.at(-1)!] }
    },
    axes: [
      {
        ...axis,
        space: 74,
        size: 30,
        gap: 9,
        values: (_, splits) => splits.map((time) => times.tick(time, (splits[1] ?? 0) - splits[0]!))
      },
      { ...axis, size: 70, splits: () => top, values: (_, splits) => splits.map(format) }
    ],
    series: [{}, ...lines.map(({ of, tail }) => ({
      stroke: stroke[of],
      width: 1.5,
      dash: tail ? [2, 3] : of === 1 ? [7, 3] : undefined,
      fill: !tail && data.series.length === 1 ? area(stroke[0]!) : undefined,
      spanGaps: false,
      points: { show: !tail, size: 4, width: 0, fill: stroke[of], filter: lonePoints }
    }))],
    cursor: {
      y: false,
      sync: { key: syncKey, setSeries: false },
      points: { size: 8, width: 0 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        mousedown: (self, _, handler) => (event) => {
          dragged = self
          return handler(event)
        },
        dblclick: () => () => {
          options.onZoomOut()
          return null
        }
      }
    },
    hooks: {
      drawAxes: [(self) => hatchGaps(self, data, colour('--quiet'))],
      setCursor: [({ cursor: { idx, left } }) => options.onCursor(idx == null || left! < 0 ? null : idx)],
      setSelect: [(self) => {
        const { left, width } = self.select
        self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        if (self !== dragged || width < minDrag) return
        dragged = undefined
        options.onZoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'))
      }]
    }
  }, rows as UPlot.AlignedData, element)
  const resized = new ResizeObserver(() =>
    plot.setSize({ width: element.clientWidth, height: element.clientHeight }))
  resized.observe(element)
  return {
    canvas: plot.ctx.canvas,
    /** Shows newer data of the same series. */
    update (newer: ChartData) {
      data = newer
      top = ticksOf(scale, data)
      plot.setData(linesOf(data).rows as UPlot.AlignedData)
    },
    /** Moves the cursor to a bucket. */
    point (bucket: number) {
      const left = plot.valToPos(data.start + bucket * data.step, 'x')
      plot.setCursor({ left, top: plot.over.clientHeight / 2 }, true)
    },
    destroy () {
      resized.disconnect()
      UPlot.sync(syncKey).unsub(plot)
      plot.destroy()
    }
  }
}
export type Plot = ReturnType<typeof createPlot>

const ticksOf = (scale: Scale, { series }: ChartData) =>
  ticks(scale, Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))))

/**
 * The rows of the plot: times, and each series. The way into a bucket that still fills is a line of its own,
 * which is dotted.
 */
function linesOf ({ start, step, count, series, filling }: ChartData) {
  const rows: Array<Array<number | null>> = [Array.from({ length: count }, (_, n) => start + n * step)]
  const lines: Array<{ of: number, tail: boolean }> = []
  series.forEach(({ values }, of) => {
    rows.push(filling ? [...values.slice(0, -1), null] : values)
    rows.push(values.map((value, n) => filling && n >= count - 2 ? value : null))
    lines.push({ of, tail: false }, { of, tail: true })
  })
  return { rows, lines }
}

/** A value between two holes has no line: it is drawn as a point. */
function lonePoints (self: UPlot, index: number) {
  const values = self.data[index]!
  const lone: number[] = []
  for (let n = 0; n < values.length; n++) {
    if (values[n] != null && values[n - 1] == null && values[n + 1] == null) lone.push(n)
  }
  return lone
}

/** Hatches the buckets without data, but for the last two, whose samples may still arrive. */
function hatchGaps (self: UPlot, { start, step, count, series, filling }: ChartData, stroke: string) {
  const { ctx, bbox } = self
  const x = (bucket: number) => self.valToPos(start + bucket * step, 'x', true)
  const gaps = gapsOf(series.map(({ values }) => values), count)
    .filter(([from, to]) => !(filling && to === count && to - from <= 2) && to - from < count)
  if (gaps.length === 0) return
  ctx.save()
  ctx.beginPath()
  for (const [from, to] of gaps) {
    const left = Math.max(bbox.left, x(from - 1))
    ctx.rect(left, bbox.top, Math.min(bbox.left + bbox.width, x(to)) - left, bbox.height)
  }
  ctx.clip()
  ctx.strokeStyle = stroke
  ctx.globalAlpha = 0.45
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  const gap = 6 * devicePixelRatio
  for (let left = bbox.left - bbox.height; left < bbox.left + bbox.width; left += gap) {
    ctx.moveTo(left, bbox.top + bbox.height)
    ctx.lineTo(left + bbox.height, bbox.top)
  }
  ctx.stroke()
  ctx.restore()
}

const area = (stroke: string) => (self: UPlot) => {
  const { ctx, bbox } = self
  const gradient = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height)
  gradient.addColorStop(0, stroke.replace(/^rgb\((.*)\)$/, 'rgb($1 / 30%)').replaceAll(',', ' '))
  gradient.addColorStop(1, stroke.replace(/^rgb\((.*)\)$/, 'rgb($1 / 6%)').replaceAll(',', ' '))
  return gradient
}

/** The stylesheet's colours as a canvas takes them: it knows no `light-dark()`. */
function colours (element: HTMLElement) {
  return (name: string) => {
    const probe = element.appendChild(document.createElement('span'))
    probe.style.color = `var(${name})`
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
}
