import type { InstanceSort, LastHour } from '../lib/instances.js'
import { statistics } from '../lib/range.js'
import { sendsSamples } from '../lib/states.js'
import type { Instance } from '../lib/types.js'
import { instancePath } from '../lib/url.js'
import { f, t } from '../state/language.js'
import { kept, setParams } from '../state/router.js'
import { age } from './age.js'
import { Copy } from './copy.js'
import { SortHead } from './sort-head.js'
import { rowHeight, Space } from './space.js'
import { Sparkline } from './sparkline.js'
import { State } from './state.js'
import { useWindow } from './window.js'

/** A project's instances. The service sorts them: by name, or by age. */
export function InstanceTable ({ projectId, instances, hours, total, sort = '-created' }: {
  projectId: string, instances: Instance[], hours: Map<string, LastHour>, total: number, sort?: InstanceSort
}) {
  const { first, last, element } = useWindow<HTMLTableSectionElement>(instances.length, rowHeight, 200)
  const byName = sort === 'name' || sort === '-name'
  const sortBy = (text: InstanceSort) => setParams({ sort: text === '-created' ? null : text })
  return (
    <table class='instances' aria-rowcount={total + 1} aria-label={t('instances.title')}>
      <thead>
        <tr aria-rowindex={1}>
          <SortHead
            name={t('instances.name')} active={byName} descending={sort === '-name'} className='name'
            onSort={() => sortBy(sort === 'name' ? '-name' : 'name')}
          />
          <th scope='col' class='state-cell'>{t('instances.state')}</th>
          <th scope='col' class='spark-cell'>{t('instances.cpu')}</th>
          <th scope='col' class='spark-cell'>{t('instances.memory')}</th>
          <th scope='col' class='medium flavor'>{t('instances.flavor')}</th>
          <th scope='col' class='small number vcpus'>{t('instances.vcpus')}</th>
          <th scope='col' class='medium number'>{t('instances.ram')}</th>
          <th scope='col' class='addresses'>{t('instances.addresses')}</th>
          <th scope='col' class='small zone'>{t('instances.zone')}</th>
          <SortHead
            name={t('instances.up')} active={!byName} descending={sort === 'created'} className='medium up'
            onSort={() => sortBy(sort === '-created' ? 'created' : '-created')}
          />
        </tr>
      </thead>
      <tbody ref={element}>
        <Space rows={first} />
        {instances.slice(first, last).map((instance, n) => (
          <InstanceRow
            key={instance.instance_id} instance={instance} index={first + n + 2} url={projectId}
            hour={hours.get(instance.instance_id)}
          />
        ))}
        <Space rows={instances.length - last} />
      </tbody>
    </table>
  )
}

function InstanceRow ({ instance, hour, url, index }: {
  instance: Instance, hour: LastHour | undefined, url: string, index: number
}) {
  const { instance_id: id, state, vcpus, memory_mb: memory, uptime } = instance
  const on = sendsSamples(state)
  return (
    <tr aria-rowindex={index}>
      <th scope='row' class='name'>
        <a href={instancePath(url, id) + kept.value} dir='auto'>{instance.name ?? id}</a>
      </th>
      <td class='state-cell'><State state={state} /></td>
      <Usage on={on} value={instance.cpuUsage} values={hour?.cpu} name={t('instances.cpu')} />
      <Usage on={on} value={instance.memoryUsage} values={hour?.memory} name={t('instances.memory')} />
      <td class='medium flavor' title={instance.flavor ?? undefined}>{instance.flavor ?? '–'}</td>
      <td class='small number vcpus'>{vcpus === null ? '–' : f().count(vcpus)}</td>
      <td class='medium number'>{memory === null ? '–' : f().amount(memory, 'MiB')}</td>
      <td class='addresses'>
        {instance.address.map((address) => (
          <Copy key={address} text={address} className='address'>{address}</Copy>
        ))}
        {instance.address.length === 0 && '–'}
      </td>
      <td class='small zone'>{instance.zone ?? '–'}</td>
      <td class='medium up'>{uptime === null || !on ? '–' : age(uptime)}</td>
    </tr>
  )
}

/** The newest value, and the last hour. */
function Usage ({ on, value, values, name }: {
  on: boolean, value: number | null, values: Array<number | null> | undefined, name: string
}) {
  const known = values === undefined ? null : statistics(values)
  // An hour that is not read, or not yet, is not one without data.
  const label = known === null
    ? on ? values && t('chart.noData') : t('instances.off')
    : t('instances.lastHour', { usage: name, mean: f().percent(known.mean), max: f().percent(known.max) })
  return (
    <td class='spark-cell'>
      <span class='value'>{value === null ? '–' : f().percent(value)}</span>
      <Sparkline values={values ?? []} label={label} />
    </td>
  )
}
