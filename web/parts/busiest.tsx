import { answer, api } from '../lib/api.js'
import type { TopInstances } from '../lib/types.js'
import { instancePath } from '../lib/url.js'
import { f, t } from '../state/language.js'
import { useRead } from '../state/reads.js'
import { kept } from '../state/router.js'

const rankings = ['cpuUsage', 'memoryUsage'] as const

/** The ten busiest instances, by CPU and by memory. */
export function Busiest () {
  return (
    <section class='busiest' aria-label={t('busiest.title')}>
      {rankings.map((by) => <Ranking key={by} by={by} />)}
    </section>
  )
}

function Ranking ({ by }: { by: typeof rankings[number] }) {
  const { shown, failure, run } = useRead<TopInstances>(by, (options) =>
    answer(api.GET('/v1/openstack/instances/top', { params: { query: { by } }, ...options })))
  const data = shown.value?.data
  return (
    <div class='card'>
      <h2>{t('busiest.title')} <span class='quiet'>{t(`busiest.${by}`)}</span></h2>
      {/* The ranking is an addition: where it cannot be read, its card says so and the table stays. */}
      {failure.value !== undefined && data === undefined && (
        <p class='quiet'>
          {t('fresh.failing')}{' '}
          <button type='button' onClick={() => run('no-cache')}>{t('trouble.retry')}</button>
        </p>
      )}
      {data?.metric.length === 0 && <p class='quiet'>{t('busiest.none')}</p>}
      <ol>
        {data?.metric.map(({ instance_id: id, tenant_id: project, name, projectName, usage }) => (
          <li key={id}>
            <a href={instancePath(project, id) + kept.value} dir='auto' title={name ?? id}>{name ?? id}</a>
            <span class='quiet' dir='auto' title={projectName ?? undefined}>{projectName}</span>
            <span class='bar'><i style={{ width: `${Math.min(usage, 100)}%` }} /></span>
            <b>{f().percent(usage)}</b>
          </li>
        ))}
      </ol>
    </div>
  )
}
