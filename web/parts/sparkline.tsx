const width = 96
const height = 24

/**
 * Percentages as a small line over its area. It always spans 0 to 100 %, so that rows compare, and breaks
 * where there is no value. Without a label screen readers skip it.
 */
export function Sparkline ({ values, label }: { values: Array<number | null>, label: string | undefined }) {
  const step = width / Math.max(1, values.length - 1)
  const y = (value: number) => Math.round((height - 1 - Math.min(value, 100) / 100 * (height - 3)) * 10) / 10
  let line = ''
  let area = ''
  for (let n = 0; n < values.length;) {
    if (values[n] === null) {
      n++
      continue
    }
    const start = n
    const points: string[] = []
    for (; n < values.length && values[n] !== null; n++) {
      points.push(`${Math.round(n * step * 10) / 10} ${y(values[n]!)}`)
    }
    // A single value is a dot: a line of no length with a round end.
    line += points.length === 1 ? `M${points[0]}h.01` : `M${points.join('L')}`
    area += `M${Math.round(start * step * 10) / 10} ${height}L${points.join('L')}V${height}Z`
  }
  return (
    <svg
      class='spark' width={width} height={height} viewBox={`0 0 ${width} ${height}`} role='img'
      aria-label={label} aria-hidden={label === undefined ? 'true' : undefined}
    >
      <path class='base' d={`M0 ${height - 0.5}H${width}`} />
      <path class='area' d={area} />
      <path class='line' d={line} />
    </svg>
  )
}
