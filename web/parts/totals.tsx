import { levelOf, quotas, totalOf } from '../lib/quotas.js'
import type { QuotaRow, Row, Sort } from '../lib/quotas.js'
import { f, t } from '../state/language.js'
import { Bar } from './quota-bar.js'

/** The seven quotas of all projects together. Each sorts the table by its column. */
export function Totals ({ rows, sort, onSort }: {
  /** `undefined` before they are read. */
  rows: Row[] | undefined, sort: Sort, onSort: (row: QuotaRow) => void
}) {
  return (
    <ul class='tiles' aria-label={t('projects.totals')}>
      {quotas.map((row) => (
        <li key={row.key}>
          <button
            type='button' class='tile' aria-pressed={sort.key === row.key} onClick={() => onSort(row)}
          >{rows === undefined ? <EmptyTotal row={row} /> : <Total rows={rows} row={row} />}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The room of a total. A dash would say that it could not be read. */
function EmptyTotal ({ row }: { row: QuotaRow }) {
  return (
    <>
      <span class='label'>{t(`quota.${row.key}`)}</span>
      <span class='amount'>&nbsp;</span>
      <span class='details'>&nbsp;</span>
      <span class='bar' />
    </>
  )
}

function Total ({ rows, row }: { rows: Row[], row: QuotaRow }) {
  const { used, limit, share, unlimited, unknown } = totalOf(rows, row.key)
  const format = f()
  const amount = used === null ? '–' : format.amount(used, row.unit)
  /** @param unlimitedAs how the number of unlimited projects is said: `8 × ∞` explains itself to few */
  const details = (unlimitedAs: 'total.unlimited' | 'total.unlimitedWords') => [
    limit !== null && used !== null && t('quota.of', { limit: format.amount(limit, row.unit) }),
    share !== null && used !== null && format.share(share),
    unknown > 0 && t('total.notRead', { n: unknown }),
    unlimited > 0 && t(unlimitedAs, { n: unlimited })
  ].filter((text) => text !== false).join(' · ')
  const level = used === null ? 'unknown' : share === null ? 'unlimited' : levelOf(share)
  return (
    <>
      <span class='label'>{t(`quota.${row.key}`)}</span>
      <span class='amount'>{unknown > 0 && used !== null ? t('total.atLeast', { n: amount }) : amount}</span>
      <span class='details' aria-hidden='true' title={details('total.unlimitedWords')}>
        {details('total.unlimited') || '\u00a0'}
      </span>
      <span class='hidden'>{details('total.unlimitedWords')}</span>
      <Bar level={level} share={used === null ? null : share} />
    </>
  )
}
