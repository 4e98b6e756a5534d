import { download } from './download.js'
import type { Plot } from './plot.js'

/** Saves all charts as one picture, two in a row, as they are shown. */
export function savePicture (name: string, plots: Map<string, Plot>) {
  const all = [...plots]
  const first = all[0]?.[1].canvas
  if (first === undefined) return
  const ratio = devicePixelRatio
  const [title, gap] = [30 * ratio, 12 * ratio]
  const [width, height] = [first.width + gap, first.height + title + gap]
  const canvas = document.createElement('canvas')
  canvas.width = 2 * width + gap
  canvas.height = title + Math.ceil(all.length / 2) * height + gap
  const context = canvas.getContext('2d')!
  const { backgroundColor, color } = getComputedStyle(document.body)
  context.fillStyle = backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = color
  context.font = `600 ${15 * ratio}px system-ui, sans-serif`
  context.fillText(name, gap, 22 * ratio)
  all.forEach(([chart, plot], n) => {
    const [left, top] = [gap + (n % 2) * width, title + Math.floor(n / 2) * height]
    context.font = `600 ${13 * ratio}px system-ui, sans-serif`
    context.fillText(chart, left, top + 20 * ratio)
    context.drawImage(plot.canvas, left, top + title)
  })
  canvas.toBlob((blob) => { if (blob !== null) download(`${name}.png`, blob) })
}
