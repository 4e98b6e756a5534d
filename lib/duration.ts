/** Seconds of each unit of a duration, largest first. */
const units = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const

/** The longest duration: ten years. */
export const maxDurationSeconds = 3_650 * units.d

/**
 * Seconds of an InfluxQL duration in whole seconds: `15s`, `10m`, `2h`, `1d`, `1w`, and sums such as `1h30m`.
 * Source: InfluxQL reference, "Durations".
 * @returns `undefined` where the text is no duration, is zero, or is over ten years
 */
export function parseDuration (text: string) {
  if (!/^(?:[0-9]{1,10}[smhdw]){1,8}$/.test(text)) return undefined
  let seconds = 0
  for (const [, count, unit] of text.matchAll(/([0-9]{1,10})([smhdw])/g)) {
    seconds += Number(count) * units[unit as keyof typeof units]
  }
  return seconds > 0 && seconds <= maxDurationSeconds ? seconds : undefined
}

/** The shortest text of a duration in seconds, in one unit: `90s`, `15m`, `2h`. */
export function formatDuration (seconds: number) {
  const [unit, size] = Object.entries(units).find(([, size]) => seconds % size === 0)!
  return `${seconds / size}${unit}`
}
