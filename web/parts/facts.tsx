import type { ComponentChildren } from 'preact'
import { sendsSamples } from '../lib/states.js'
import type { InstanceDetail } from '../lib/types.js'
import { f, t } from '../state/language.js'
import { age } from './age.js'
import { Copy } from './copy.js'
import { State } from './state.js'

/** The properties of an instance. */
export function Facts ({ instance, instanceId }: {
  instance: InstanceDetail | undefined, instanceId: string
}) {
  return (
    <div class='facts'>
      <h1>
        <span dir='auto'>{instance?.name ?? instanceId}</span>{instance && <State state={instance.state} />}
      </h1>
      <dl>
        <Fact name={t('instances.flavor')}>{instance === undefined ? '–' : sizeOf(instance)}</Fact>
        <Fact name={t('instances.addresses')}>
          <span class='mono'>{instance?.address.join('  ') || '–'}</span>
        </Fact>
        <Fact name={t('instances.up')}>{instance === undefined ? '–' : upTime(instance)}</Fact>
        <Fact name={t('instances.zone')}>{instance?.zone ?? '–'}</Fact>
        <Fact name={t('instance.id')}><span class='mono'>{instanceId}</span> <Copy text={instanceId} /></Fact>
      </dl>
    </div>
  )
}

function Fact ({ name, children }: { name: string, children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>
}

/** The API counts on from the start of an instance that is off. */
const upTime = ({ uptime, state }: InstanceDetail) =>
  uptime === null || !sendsSamples(state) ? '–' : age(uptime)

function sizeOf ({ flavor, vcpus, memory_mb: memory, disk_gb: disk }: InstanceDetail) {
  const format = f()
  return t('instance.size', {
    flavor: flavor ?? '–',
    vcpus: vcpus ?? '–',
    ram: memory === null ? '–' : format.amount(memory, 'MiB'),
    disk: disk === null ? '–' : format.amount(disk, 'GiB')
  })
}
