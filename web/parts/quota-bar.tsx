import { levelOf } from '../lib/quotas.js'
import type { Level, Quota, QuotaRow } from '../lib/quotas.js'
import type { Upstream } from '../lib/types.js'
import { f, t } from '../state/language.js'

/** The mark of a level, beside its colour, and its words for screen readers. */
export function Mark ({ level, share }: { level: Level, share: number | null }) {
  if (level !== 'near' && level !== 'full') return null
  const words = share !== null && share > 1
    ? t('quota.over', { share: f().share(share) })
    : t(level === 'near' ? 'quota.near' : 'quota.full')
  return (
    <>
      <span class='mark' aria-hidden='true'>{level === 'near' ? '▲' : '■'}</span>
      <span class='hidden'>{words}</span>
    </>
  )
}

/** The share as a bar; dashed where there is no limit, hatched where something is unknown. */
export function Bar ({ level, share }: { level: Level, share: number | null }) {
  const width = `${Math.min(share ?? 0, 1) * 100}%`
  return <span class={`bar ${level}`}>{share !== null && share > 0 && <i style={{ width }} />}</span>
}

/** Says that a service could not be read. */
export const notRead = (upstream: Upstream) =>
  t('quota.notRead', { upstream: t(`upstream.${upstream}`) })

/** A quota's usage and limit as text. */
export function Figures ({ quota: { used, limit, level, share }, row }: { quota: Quota, row: QuotaRow }) {
  const format = f()
  if (level === 'unknown') {
    const known = used === null ? '–' : format.amount(used, row.unit)
    return (
      <span class='figures' title={notRead(row.upstream)}>
        <b aria-hidden={used === null ? 'true' : undefined}>{known}</b>
        <span class='hidden'>{notRead(row.upstream)}</span>
      </span>
    )
  }
  if (level === 'unlimited') {
    return (
      <span class='figures' title={t('quota.unlimited')}>
        <b>{format.amount(used!, row.unit)}</b> <span aria-hidden='true'>∞</span>
        <span class='hidden'>{t('quota.unlimited')}</span>
      </span>
    )
  }
  const pair = format.pair(used!, limit!, row.unit)
  return (
    <span class='figures' title={format.share(share!)}>
      <b>{pair.used}</b> / {pair.limit} <Mark level={level} share={share} />
    </span>
  )
}

/** A quota as a cell of the table: figures over a bar. */
export function QuotaCell ({ quota, row }: { quota: Quota, row: QuotaRow }) {
  return (
    <td class={`quota ${quota.level}`}>
      <Figures quota={quota} row={row} />
      <Bar level={quota.level} share={quota.share} />
    </td>
  )
}

/** A quota of one project as a tile. */
export function QuotaTile ({ quota, row }: { quota: Quota, row: QuotaRow }) {
  return (
    <li class={`tile quota ${quota.level}`}>
      <span class='label'>
        {t(`quota.${row.key}`)}
        {quota.share !== null && <span class='share'>{f().share(quota.share)}</span>}
      </span>
      <Figures quota={quota} row={row} />
      <Bar level={quota.level} share={quota.share} />
    </li>
  )
}

/** A level by a share that may be missing. */
export const levelOrUnknown = (share: number | null): Level => share === null ? 'unknown' : levelOf(share)
