import { seriesOf } from '../lib/instances.js'
import type { InstanceUsages } from '../lib/types.js'
import { charts } from '../lib/units.js'
import type { Times } from '../lib/time.js'
import { t } from '../state/language.js'
import { formatterOf, seriesName } from './chart.js'
import { Space } from './space.js'
import { useWindow } from './window.js'

const rowHeight = 28

/** The numbers of all charts as a table, the newest first. */
export function Numbers ({ data, times }: { data: InstanceUsages, times: Times }) {
  const { first, last, element } = useWindow<HTMLTableSectionElement>(data.count, rowHeight)
  const columns = charts.flatMap(({ usage, scale }) =>
    seriesOf(data, usage).map(({ name, values }) => ({
      name: `${t(`chart.${usage}`)} ${seriesName(name)}`, values, format: formatterOf(scale)
    })))
  const rows = Array.from({ length: last - first }, (_, n) => data.count - 1 - first - n)
  return (
    <div class='numbers' tabIndex={0} role='region' aria-label={t('range.numbers')}>
      <table aria-rowcount={data.count + 1} aria-label={t('range.numbers')}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope='col'>{t('range.time')}</th>
            {columns.map(({ name }) => <th scope='col' key={name} class='number'>{name}</th>)}
          </tr>
        </thead>
        <tbody ref={element}>
          <Space rows={first} each={rowHeight} />
          {rows.map((bucket, n) => (
            <tr key={bucket} aria-rowindex={first + n + 2}>
              <th scope='row'>{times.full(data.start + bucket * data.step)}</th>
              {columns.map(({ name, values, format }) => {
                const value = values[bucket] ?? null
                return <td key={name}>{value === null ? '–' : format(value)}</td>
              })}
            </tr>
          ))}
          <Space rows={data.count - last} each={rowHeight} />
        </tbody>
      </table>
    </div>
  )
}
