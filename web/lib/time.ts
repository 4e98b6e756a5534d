/** Times of one language, in the browser's zone or in UTC. Times are unix seconds. */
export function times (language: string, utc: boolean) {
  const zone = { timeZone: utc ? 'UTC' : undefined, hourCycle: 'h23' } as const
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(language, { ...options, ...zone })
    return (time: number) => formatter.format(time * 1000)
  }
  const day = { month: 'short', day: 'numeric' } as const
  const minute = { hour: '2-digit', minute: '2-digit' } as const
  const [dayText, minuteText, secondText] = [
    format(day), format(minute), format({ ...minute, second: '2-digit' })
  ]
  const dayAndMinute = format({ ...day, ...minute })
  return {
    /** `Nov 26, 2026, 02:15:00 GMT+1`: an hour that the clock shows twice has two offsets. */
    full: format({ year: 'numeric', ...day, ...minute, second: '2-digit', timeZoneName: 'short' }),
    /** The label of a tick: the day alone where ticks are days, and at midnight. */
    tick (time: number, step: number) {
      const text = minuteText(time)
      if (step >= 86_400 || text === '00:00') return dayText(time)
      return step < 60 ? secondText(time) : text
    },
    /** A range in words. The day stands once where both ends share it. */
    range: (from: number, to: number) => dayText(from) === dayText(to)
      ? `${dayAndMinute(from)} – ${minuteText(to)}`
      : `${dayAndMinute(from)} – ${dayAndMinute(to)}`
  }
}
export type Times = ReturnType<typeof times>

const pad = (number: number) => String(number).padStart(2, '0')

/** The text of a `datetime-local` input. */
export function toInput (time: number, utc: boolean) {
  const date = new Date(time * 1000)
  if (utc) return date.toISOString().slice(0, 16)
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  return `${year}-${pad(month)}-${pad(day)}T${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** Unix seconds of such a text; NaN where it is empty. Without an offset it is in the browser's zone. */
export const fromInput = (text: string, utc: boolean) =>
  Math.floor(Date.parse(utc ? `${text}Z` : text) / 1000)
