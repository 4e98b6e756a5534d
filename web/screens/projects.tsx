import { useMemo } from 'preact/hooks'
import { toCsv } from '../../lib/monitoring/csv.js'
import { answer, api } from '../lib/api.js'
import {
  countShows, formatSort, parseSort, quotas, rowOf, selectRows, shows
} from '../lib/quotas.js'
import type { Row, Show, Sort, SortKey } from '../lib/quotas.js'
import type { Project, Upstream } from '../lib/types.js'
import { projectPath } from '../lib/url.js'
import { Busiest } from '../parts/busiest.js'
import { saveCsv } from '../parts/download.js'
import { Export } from '../parts/export.js'
import { Page } from '../parts/page.js'
import { levelOrUnknown, Mark, QuotaCell } from '../parts/quota-bar.js'
import { SortHead } from '../parts/sort-head.js'
import { rowHeight, Space } from '../parts/space.js'
import { Totals } from '../parts/totals.js'
import { Trouble } from '../parts/trouble.js'
import { useWindow } from '../parts/window.js'
import { f, t } from '../state/language.js'
import { useRead } from '../state/reads.js'
import { kept, params, setParams } from '../state/router.js'
import { session } from '../state/session.js'

const noProjects: Project[] = []

/** The order of the table in words. */
const order = ({ key, descending }: Sort) => t(descending ? 'projects.descending' : 'projects.ascending', {
  column: t(key === 'name' || key === 'fullest' ? `projects.${key}` : `quota.${key}`)
})

/** All projects with their quotas: which are near a limit. */
export function Projects () {
  const read = useRead<Project[]>('summary', (options) =>
    answer(api.GET('/v1/openstack/projects/summary', options)))
  const shown = read.shown.value
  const projects = shown?.data ?? noProjects
  const rows = useMemo(() => projects.map(rowOf), [projects])
  const q = params.value.get('q') ?? ''
  const show = (Object.keys(shows) as Show[]).find((name) => name === params.value.get('show')) ?? 'all'
  const sort = parseSort(params.value.get('sort'))
  const sortText = formatSort(sort)
  const selected = useMemo(() => selectRows(rows, { q, show, sort }), [rows, q, show, sortText])

  const sortBy = (key: SortKey) => {
    // The fullest come first, names from A on; a second time turns the order around.
    const descending = sort.key === key ? !sort.descending : key !== 'name'
    const text = formatSort({ key, descending })
    setParams({ sort: text === '-fullest' ? null : text })
  }
  // The ranking is read beside the summary, and has its room from the start.
  const several = shown === undefined ? session.value?.scope?.sees !== 'project' : rows.length > 1
  const trouble = (
    <>
      <Trouble reads={[read]} />
      <Unavailable projects={projects} />
      {shown?.incomplete === true && <div class='trouble'>{t('projects.incomplete')}</div>}
    </>
  )
  return (
    <Page crumbs={[{ name: t('projects.title') }]} trouble={trouble}>
      <h1 class='hidden'>{t('projects.title')}</h1>
      <Totals rows={shown && rows} sort={sort} onSort={(row) => sortBy(row.key)} />
      {several && <Busiest />}
      <div class='controls'>
        <input
          type='search' class='filter' aria-label={t('projects.filter')} placeholder={t('projects.filter')}
          value={q} onInput={(event) => setParams({ q: event.currentTarget.value }, { replace: true })}
        />
        <Chips rows={shown && rows} show={show} />
        <span class='hidden' role='status'>
          {shown && `${t('projects.count', { n: selected.length })}, ${order(sort)}`}
        </span>
        <Export
          format='CSV' className='right' onSave={shown && (() => saveCsv('projects', csvOf(selected)))}
        />
      </div>
      <Table rows={selected} sort={sort} onSort={sortBy} />
      {shown === undefined && read.failure.value === undefined && <p class='empty'>{t('app.loading')}</p>}
      {shown !== undefined && selected.length === 0 && (
        <p class='empty'>
          {t(rows.length === 0 ? 'projects.emptyAll' : 'projects.empty')}{' '}
          {rows.length > 0 && (
            <button type='button' onClick={() => setParams({ q: null, show: null })}>
              {t('projects.reset')}
            </button>
          )}
        </p>
      )}
    </Page>
  )
}

function Chips ({ rows, show }: { rows: Row[] | undefined, show: Show }) {
  const counts = useMemo(() => rows && countShows(rows), [rows])
  return (
    <div class='chips' role='group' aria-label={t('show.label')}>
      {(Object.keys(shows) as Show[]).map((name) => (
        <button
          type='button' key={name} class={name} aria-pressed={name === show}
          onClick={() => setParams({ show: name === 'all' ? null : name })}
        >{t(`show.${name}`)} <b>{counts && f().count(counts[name])}</b>
        </button>
      ))}
    </div>
  )
}

/** One line for each upstream that some projects lack. */
function Unavailable ({ projects }: { projects: Project[] }) {
  const counts = new Map<Upstream, number>()
  for (const { unavailable = [] } of projects) {
    for (const upstream of unavailable) counts.set(upstream, (counts.get(upstream) ?? 0) + 1)
  }
  return (
    <>
      {[...counts].map(([upstream, n]) => (
        <div key={upstream} class='trouble'>
          {t('trouble.unavailable', { upstream: t(`upstream.${upstream}`), n })}
        </div>
      ))}
    </>
  )
}

function Table ({ rows, sort, onSort }: { rows: Row[], sort: Sort, onSort: (key: SortKey) => void }) {
  const { first, last, element } = useWindow<HTMLTableSectionElement>(rows.length, rowHeight)
  const head = (key: SortKey, name: string, className = '') => (
    <SortHead
      key={key} name={name} className={className} active={sort.key === key} descending={sort.descending}
      onSort={() => onSort(key)}
    />
  )
  return (
    <table class='projects' aria-rowcount={rows.length + 1} aria-label={t('projects.title')}>
      <thead>
        <tr aria-rowindex={1}>
          {head('name', t('projects.name'), 'name')}
          {head('fullest', t('projects.fullest'), 'fullest')}
          {quotas.map(({ key }) => head(key, t(`quota.${key}`)))}
        </tr>
      </thead>
      <tbody ref={element}>
        <Space rows={first} />
        {rows.slice(first, last).map((row, n) => (
          <ProjectRow key={row.project.id} row={row} index={first + n + 2} />
        ))}
        <Space rows={rows.length - last} />
      </tbody>
    </table>
  )
}

function ProjectRow ({ row: { project, quotas: all, fullest }, index }: { row: Row, index: number }) {
  const level = levelOrUnknown(fullest?.share ?? null)
  return (
    <tr aria-rowindex={index} class={level}>
      <th scope='row' class='name'>
        <a href={projectPath(project.id) + kept.value} dir='auto'>{project.name ?? project.id}</a>
        {!project.enabled && <span class='tag'>{t('project.disabled')}</span>}
        <span class='quiet' dir='auto'>{project.description}</span>
      </th>
      <td class={`fullest ${level}`}>
        {fullest === null
          ? '–'
          : (
            <>
              <b>{f().share(fullest.share)}</b>{' '}
              <span class='phone'><Mark level={level} share={fullest.share} /></span>{' '}
              <span class='quiet'>{t(`quota.${fullest.key}`)}</span>
            </>
            )}
      </td>
      {quotas.map((quota) => <QuotaCell key={quota.key} row={quota} quota={all[quota.key]} />)}
    </tr>
  )
}

/** The rows with the API's own names and numbers. */
function csvOf (rows: Row[]) {
  const numbers = quotas.flatMap(({ used, limit }) => [limit, used])
  return toCsv(
    ['id', 'name', 'description', 'enabled', ...numbers],
    rows.map(({ project }) => [
      project.id, project.name, project.description, project.enabled, ...numbers.map((key) => project[key])
    ])
  )
}
