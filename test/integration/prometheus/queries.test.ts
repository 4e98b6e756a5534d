import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import { demoInstanceId } from '#simulator/seed.js'
import { Settings } from '#lib/config/settings.js'
import { startService } from '#test/support/service.js'
import { findProgram } from '#test/support/prometheus/programs.js'
import { startPrometheus } from './prometheus.js'
import { root } from '#test/support/root.js'
import { sourceFiles } from '#test/support/source-files.js'

const ops = join(root, 'ops')
const dashboard = JSON.parse(readFileSync(join(ops, 'dashboard.json'), 'utf8'))
const rules: Array<{ alert: string, expr: string, annotations: { description: string } }> =
  parse(readFileSync(join(ops, 'alerts.yaml'), 'utf8')).groups[0].rules

interface Panel {
  id: number
  title: string
  gridPos: Record<'x' | 'y' | 'w' | 'h', number>
  targets?: Array<{ expr: string, legendFormat: string }>
}
const panels: Panel[] = dashboard.panels

/** The queries of the dashboard, with values for Grafana's variables. */
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr, legendFormat }) => ({
  title,
  expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|instance)/g, '.+'),
  legendLabels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
})))
/** The expressions of the alerts without their thresholds and without `absent`. */
const alerts = rules.map(({ alert, expr }) => ({
  title: alert, expr: expr.trim().replace(/ (?:>|==) [0-9.]+$/, '').replace(/^absent\((.*)\)$/, '$1')
}))

const prometheus = await findProgram(t, 'prometheus')
if (prometheus !== undefined) {
  let time = Date.now()
  const { app, simulator } = await startService(t, {
    projects: 5, instances: 20, env: { CACHE: 'on', SERIES_TTL: '1s' }, now: () => time
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const target = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { query } = await startPrometheus(t, prometheus, target)

  const projects = '/v1/openstack/projects'
  const sendRequests = async () => {
    await app.inject('/readyz')
    for (const path of [
      'summary',
      `${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`,
      `${demoInstanceId}/networkIo?defaultTimeRange=1h&groupBy=5m`,
      'nothing'
    ]) {
      await app.inject(`${projects}/${path}`)
    }
    simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 401 } : undefined
    await app.inject(`${projects}/of-none/memUsage?defaultTimeRange=10m&groupBy=1m`)
    time += 60_000
    await app.inject(`${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`)
    simulator.intercept = undefined
  }
  // A rate needs at least two samples of a series, including series that the first requests create.
  const scrapes = async () => (await query('count_over_time(up[5m])'))[0]?.value ?? 0
  const waitForScrapes = async (count: number) => {
    const enough = await scrapes() + count
    while (await scrapes() < enough) await sleep(50)
  }
  for (let round = 0; round < 2; round++) {
    await sendRequests()
    await waitForScrapes(2)
  }

  t.test('each query of the dashboard has a result with the labels of its legend', async (t) => {
    t.ok(queries.length > 30)
    for (const { title, expr, legendLabels } of queries) {
      const values = await query(expr)
      t.ok(values.some(({ value }) => Number.isFinite(value)), `${title}: ${expr}`)
      const missing = legendLabels.filter((label) => !values.every(({ labels }) => label in labels))
      t.same(missing, [], `${title}: ${expr}`)
    }
  })

  t.test('the dashboard offers the job and the instance as choices', async (t) => {
    const variables: Array<{ name: string, query: string }> = dashboard.templating.list
    for (const [name, value] of [['job', 'openstack-monitoring'], ['instance', target]] as const) {
      const { query: choices } = variables.find((variable) => variable.name === name)!
      const [, series, label] = /^label_values\((\S+), (\w+)\)$/.exec(choices)!
      const values = await query(`count by (${label}) (${series!.replace('$job', '.+')})`)
      t.same(values.map(({ labels }) => labels), [{ [name]: value }])
    }
  })

  t.test('the expression of each alert has a result', async (t) => {
    for (const [i, { title, expr }] of alerts.entries()) {
      t.not(expr, rules[i]!.expr.trim(), `${title} has a threshold`)
      t.ok((await query(expr)).some(({ value }) => Number.isFinite(value)), `${title}: ${expr}`)
    }
  })

  t.test('the metrics count the requests and their failures', async (t) => {
    const sum = async (series: string) => (await query(`sum(openstack_monitoring_${series})`))[0]?.value
    t.equal(await sum('http_request_duration_seconds_count{status="502"}'), 2)
    t.equal(await sum('http_request_duration_seconds_count{route="none"}'), 2)
    const refused = 'upstream="metrics", outcome="refused"'
    t.equal(await sum(`upstream_request_duration_seconds_count{${refused}}`), 4)
    const failures = 'upstream_failures_total{upstream="metrics", reason="refused"'
    t.equal(await sum(`${failures}, outcome="stale"}`), 2)
    t.equal(await sum(`${failures}, outcome="error"}`), 2)
  })
}

t.test('no two panels overlap or have the same title', async (t) => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  t.equal(new Set(panels.map(({ title }) => title)).size, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + i % w} ${y + Math.floor(i / w)}`))
  t.equal(new Set(cells).size, cells.length)
  t.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
})

t.test('each query selects the chosen jobs and instances', async (t) => {
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      const metrics = expr.match(/\b(?:openstack|nodejs|process)_\w+/g)!
      t.equal(expr.split('{job=~"$job", instance=~"$instance"').length - 1, metrics.length, title)
    }
  }
})

t.test('the panels, log messages and settings that alerts refer to exist', async (t) => {
  const titles = panels.map(({ title }) => title)
  const code = ['server.ts', ...sourceFiles('lib', 'plugins')]
    .map((file) => readFileSync(join(root, file), 'utf8')).join('')
  for (const { alert, annotations: { description } } of rules) {
    const quoted = [...description.matchAll(/«(.*?)»/g)].map(([, words]) => words!)
    t.same(quoted.filter((words) => !titles.includes(words) && !code.includes(words)), [], alert)
    const settings = [...description.matchAll(/\b[A-Z]+_[A-Z_]+/g)].map(([name]) => name)
    t.same(settings.filter((name) => !(name in Settings.properties)), [], alert)
  }
})
