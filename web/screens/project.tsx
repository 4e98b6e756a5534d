import { useEffect, useState } from 'preact/hooks'
import { toCsv } from '../../lib/monitoring/csv.js'
import { answer, api } from '../lib/api.js'
import { pageSize, readInstances, readLastHours, sorts } from '../lib/instances.js'
import type { LastHour } from '../lib/instances.js'
import { quotas, rowOf } from '../lib/quotas.js'
import type { QuotaKey } from '../lib/quotas.js'
import { states } from '../lib/states.js'
import type { Instance, InstancePage, Project as ProjectSummary } from '../lib/types.js'
import { projectsPath } from '../lib/url.js'
import { saveCsv } from '../parts/download.js'
import { Export } from '../parts/export.js'
import { InstanceTable } from '../parts/instance-table.js'
import { Page } from '../parts/page.js'
import { notRead, QuotaTile } from '../parts/quota-bar.js'
import { Missing, OwnTrouble, Trouble } from '../parts/trouble.js'
import { f, t } from '../state/language.js'
import { useRead } from '../state/reads.js'
import { params, setParams } from '../state/router.js'

const noInstances: Instance[] = []
const noHours = new Map<string, LastHour>()

/** One project: its quotas, and its instances with their last hour. */
export function Project ({ projectId }: { projectId: string }) {
  const path = { projectId }
  const summary = useRead<ProjectSummary>('summary', (options) =>
    answer(api.GET('/v1/openstack/projects/{projectId}/summary', { params: { path }, ...options })))
  const filters = filtersOf(params.value)
  const [count, setCount] = useState(pageSize)
  const list = useRead<InstancePage>(JSON.stringify([filters, count]), (options) =>
    readInstances(projectId, filters, count, options))
  const instances = list.shown.value?.data.metric ?? noInstances
  const ids = instances.map(({ instance_id: id, state }) => id + state).join()
  const hours = useRead(ids === '' ? null : ids, (options) => readLastHours(projectId, instances, options))

  const project = summary.shown.value?.data
  const missing = [summary, list].find(({ failure: { value } }) => value?.status === 404)
  const crumbs = [{ name: t('projects.title'), path: projectsPath }, { name: project?.name ?? projectId }]
  if (missing !== undefined && project === undefined) {
    const { requestId } = missing.failure.value!
    return <Page crumbs={crumbs}><Missing words={t('trouble.noProject')} requestId={requestId} /></Page>
  }
  const page = list.shown.value?.data
  const filtered = Object.entries(filters).some(([name, value]) => name !== 'sort' && value !== undefined)
  const reads = [summary, list, hours]
  return (
    <Page crumbs={crumbs} trouble={<Lines summary={project} page={page} reads={reads} />}>
      <h1 class='hidden' dir='auto'>{project?.name ?? projectId}</h1>
      <OwnTrouble read={summary} among={reads} />
      <ProjectQuotas project={project} />
      <div class='controls'>
        <h2>{t('instances.title')} <span class='quiet'>{page && f().count(page.totalCnt)}</span></h2>
        <Filters />
        <span class='hidden' role='status'>
          {filtered && page && t('search.results', { n: page.totalCnt })}
        </span>
        <Export
          format='CSV' className='right'
          onSave={page && (() => saveCsv(`instances-${project?.name ?? projectId}`, csvOf(instances)))}
        />
      </div>
      <OwnTrouble read={list} among={reads} />
      <OwnTrouble read={hours} among={reads} />
      <InstanceTable
        projectId={projectId} instances={instances} hours={hours.shown.value?.data ?? noHours}
        total={page?.totalCnt ?? 0} sort={filters.sort}
      />
      {page === undefined && list.failure.value === undefined && <p class='empty'>{t('app.loading')}</p>}
      {page?.totalCnt === 0 && <p class='empty'>{t(filtered ? 'search.none' : 'instances.none')}</p>}
      {/* A disabled button would lose the focus at each refresh. */}
      {page !== undefined && list.shown.value!.next !== undefined && (
        <button
          type='button' class='more' aria-disabled={list.reading.value}
          onClick={() => { if (!list.reading.value) setCount(count + pageSize) }}
        >
          {t('instances.more', { shown: instances.length, total: page.totalCnt })}
        </button>
      )}
    </Page>
  )
}

/** The filters of a URL. Values that the API would reject count as not given. */
function filtersOf (given: URLSearchParams) {
  return {
    hostname: given.get('q') || undefined,
    state: states.find((state) => state === given.get('state')),
    address: given.get('address') || undefined,
    sort: sorts.find((sort) => sort === given.get('sort'))
  }
}

function ProjectQuotas ({ project }: { project: ProjectSummary | undefined }) {
  if (project === undefined) {
    return <ul class='tiles'>{quotas.map(({ key }) => <EmptyTile key={key} name={key} />)}</ul>
  }
  const row = rowOf(project)
  return (
    <ul class='tiles' aria-label={t('project.quotas')}>
      {quotas.map((quota) => <QuotaTile key={quota.key} row={quota} quota={row.quotas[quota.key]} />)}
    </ul>
  )
}

/** The room of a quota that is not read yet: what is below it stays where it is. */
function EmptyTile ({ name }: { name: QuotaKey }) {
  return (
    <li class='tile'>
      <span class='label'>{t(`quota.${name}`)}</span>
      <span class='figures'><b>&nbsp;</b></span>
      <span class='bar' />
    </li>
  )
}

/** The filters. A name is sent a quarter of a second after the last key. */
function Filters () {
  return (
    <>
      <LateInput name='q' label={t('instances.search')} />
      <select
        aria-label={t('instances.state')} value={params.value.get('state') ?? ''}
        onChange={(event) => setParams({ state: event.currentTarget.value })}
      >
        <option value=''>{t('instances.anyState')}</option>
        {states.map((state) => <option key={state}>{state}</option>)}
      </select>
      <LateInput name='address' label={t('instances.address')} title={t('instances.addressHint')} />
    </>
  )
}

function LateInput ({ name, label, title }: { name: string, label: string, title?: string }) {
  const given = params.value.get(name) ?? ''
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  useEffect(() => {
    if (text === given) return
    const timer = setTimeout(() => setParams({ [name]: text }, { replace: true }), 250)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <input
      type='search' class='filter' aria-label={label} placeholder={label} title={title} maxLength={255}
      value={text} onInput={(event) => setText(event.currentTarget.value)}
    />
  )
}

/** A line for each upstream that could not be read. */
function Lines ({ summary, page, reads }: {
  summary: ProjectSummary | undefined,
  page: InstancePage | undefined,
  reads: Parameters<typeof Trouble>[0]['reads']
}) {
  return (
    <>
      <Trouble reads={reads} />
      {summary?.unavailable?.map((upstream) => (
        <div key={upstream} class='trouble'>{notRead(upstream)}</div>
      ))}
      {page?.unavailable !== undefined && <div class='trouble'>{t('trouble.metrics')}</div>}
    </>
  )
}

/** The instances with the API's own names and numbers. */
function csvOf (instances: Instance[]) {
  const columns = [
    'instance_id', 'name', 'state', 'cpuUsage', 'memoryUsage', 'flavor', 'vcpus', 'memory_mb', 'disk_gb',
    'address', 'zone', 'started_at', 'uptime'
  ] as const
  return toCsv([...columns], instances.map((instance) => columns.map((column) => instance[column])))
}
