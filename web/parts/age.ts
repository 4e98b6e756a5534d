import { t } from '../state/language.js'

/** A short time ago: `7 s`, `3 min`, `2 h`. */
export function ago (seconds: number) {
  if (seconds < 60) return t('ago.s', { n: Math.floor(seconds) })
  if (seconds < 3600) return t('ago.m', { n: Math.floor(seconds / 60) })
  return t('ago.h', { n: Math.floor(seconds / 3600) })
}

/** A long time in its two largest units: `9 y 145 d`, `3 d 20 h`. */
export function age (seconds: number) {
  const [minutes, hours, days] = [60, 3600, 86_400].map((size) => Math.floor(seconds / size)) as
    [number, number, number]
  if (days >= 365) return t('age.yd', { y: Math.floor(days / 365), d: days % 365 })
  if (days > 0) return t('age.dh', { d: days, h: hours % 24 })
  return hours > 0 ? t('age.hm', { h: hours, m: minutes % 60 }) : t('age.m', { m: minutes })
}
