import { computed, useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { toCsv } from '../../lib/monitoring/csv.js'
import { answer, api } from '../lib/api.js'
import { readInstance, seriesOf } from '../lib/instances.js'
import {
  autoWidth, formatRange, isSparse, lengthOf, parseRange, parseWidth, requestOf, widths, zoomIn, zoomOut
} from '../lib/range.js'
import type { Range } from '../lib/range.js'
import { sendsSamples } from '../lib/states.js'
import { times } from '../lib/time.js'
import type { InstanceDetail, InstanceUsages } from '../lib/types.js'
import { charts } from '../lib/units.js'
import { projectPath, projectsPath } from '../lib/url.js'
import { Chart } from '../parts/chart.js'
import { saveCsv } from '../parts/download.js'
import { Facts } from '../parts/facts.js'
import { Numbers } from '../parts/numbers.js'
import { Page } from '../parts/page.js'
import { savePicture } from '../parts/picture.js'
import type { Plot } from '../parts/plot.js'
import { Toolbar } from '../parts/toolbar.js'
import { Missing, OwnTrouble, Trouble } from '../parts/trouble.js'
import { useSpeech } from '../parts/speech.js'
import { locale, t } from '../state/language.js'
import { useRead } from '../state/reads.js'
import { params, setParams } from '../state/router.js'

/** One instance: its facts, and its six usages over time. */
export function Instance ({ projectId, instanceId }: { projectId: string, instanceId: string }) {
  const utc = params.value.get('tz') === 'utc'
  const language = locale()
  const time = useMemo(() => times(language, utc), [language, utc])
  const range = parseRange(params.value)
  const own = parseWidth(params.value.get('groupBy'), lengthOf(range))
  const { auto, onData } = useAutoWidth(lengthOf(range))
  const request = requestOf(range, own ?? auto)

  const detail = useRead<InstanceDetail>('detail', (options) => readInstance(instanceId, options))
  const key = JSON.stringify(request)
  const usages = useRead<InstanceUsages>(key, async (options) => {
    const path = { instanceId }
    const found = await answer(api.GET(
      '/v1/openstack/projects/{instanceId}/usages', { params: { path, query: request }, ...options }
    ))
    onData(found.data)
    return found
  })

  const cursor = useSignal<number | null>(null)
  const data = usages.shown.value?.data
  const cursorTime = useMemo(() => computed(() => {
    const shown = usages.shown.value?.data
    return cursor.value === null || shown === undefined ? null : shown.start + cursor.value * shown.step
  }), [])
  const { say, speech } = useSpeech()
  const plots = useRef(new Map<string, Plot>()).current
  // The same objects for the same response, so that nothing is drawn twice.
  const plotted = useMemo(() => data && charts.map(({ usage, scale }) => {
    const { start, step, count } = data
    const series = seriesOf(data, usage)
    return { usage, scale, data: { start, step, count, series, filling: range.live !== undefined } }
  }), [data])

  const instance = detail.shown.value?.data
  const projectName = instance?.projectName ?? projectId
  const crumbs = [
    { name: t('projects.title'), path: projectsPath },
    { name: projectName, path: projectPath(instance?.tenant_id ?? projectId) },
    { name: instance?.name ?? instanceId }
  ]
  if (detail.failure.value?.status === 404 && instance === undefined) {
    const { requestId } = detail.failure.value
    return <Page crumbs={crumbs}><Missing words={t('trouble.noInstance')} requestId={requestId} /></Page>
  }
  const name = instance?.name ?? instanceId
  const now = data === undefined ? Date.now() / 1000 : newestOf(range, data)
  const show = (next: Range) => setParams(formatRange(next))
  const zooms = {
    onZoom: (from: number, to: number) => show(zoomIn(from, to)), onZoomOut: () => show(zoomOut(range, now))
  }
  const older = usages.shown.value !== undefined && usages.shown.value.key !== key
  const reads = [detail, usages]
  return (
    <Page crumbs={crumbs} trouble={<Lines detail={instance} reads={reads} />}>
      <OwnTrouble read={detail} among={reads} />
      <Facts instance={instance} instanceId={instanceId} />
      <Toolbar
        {...{ range, auto, now, utc }} width={own} times={time} time={cursorTime} onRange={show}
        table={params.value.has('table')}
        onCsv={data && (() => saveCsv(`${name}-usages`, csvOf(data)))}
        onPng={data && (() => savePicture(name, plots))}
      />
      <OwnTrouble read={usages} among={reads} />
      <div class={older ? 'older' : ''}>
        <div class='charts'>
          {plotted?.map(({ usage, scale, data }) => (
            <Chart
              key={usage} name={t(`chart.${usage}`)} scale={scale} data={data} times={time}
              {...{ utc, cursor, say, plots, ...zooms }}
            />
          ))}
        </div>
        {data === undefined && usages.failure.value === undefined && <p class='empty'>{t('app.loading')}</p>}
        {data !== undefined && params.value.has('table') && <Numbers data={data} times={time} />}
      </div>
      {instance !== undefined && !sendsSamples(instance.state) && <p class='empty'>{t('chart.off')}</p>}
      {speech}
    </Page>
  )
}

/**
 * The automatic width of buckets. It is wider where samples are rarer: values would alternate with holes.
 */
function useAutoWidth (length: number) {
  const narrowest = useSignal(0)
  const auto = Math.max(autoWidth(length), narrowest.value)
  const onData = ({ step, usages }: InstanceUsages) => {
    const wider = widths.find((width) => width > step)
    const sparse = usages.some(({ series }) => series.some(({ values }) => isSparse(values)))
    if (sparse && step === auto && wider !== undefined) narrowest.value = wider
  }
  return { auto, onData }
}

/** Unix seconds of the range's end, by the service's clock where it ends now: a browser's may be wrong. */
const newestOf = (range: Range, { start, step, count }: InstanceUsages) =>
  range.live === undefined ? Math.max(range.to, start + count * step) : start + (count - 0.5) * step

function Lines ({ detail, reads }: {
  detail: InstanceDetail | undefined, reads: Parameters<typeof Trouble>[0]['reads']
}) {
  return (
    <>
      <Trouble reads={reads} />
      {detail?.unavailable?.includes('metrics') === true && <div class='trouble'>{t('trouble.metrics')}</div>}
      {detail?.unavailable?.includes('identity') === true && <div class='trouble'>{t('trouble.names')}</div>}
    </>
  )
}

/** A line for each bucket, with the API's own names and numbers. */
function csvOf ({ start, step, count, usages }: InstanceUsages) {
  const columns = usages.flatMap(({ usage, unit, series }) =>
    series.map(({ name, values }) => ({ head: `${usage} ${name} (${unit})`, values })))
  const rows = Array.from({ length: count }, (_, n) => [
    new Date((start + n * step) * 1000).toISOString(), ...columns.map(({ values }) => values[n])
  ])
  return toCsv(['time', ...columns.map(({ head }) => head)], rows)
}
