import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import { demoInstanceId } from '#simulator/seed.js'
import { Settings } from '#lib/config/settings.js'
import { startService } from '#test/support/service.js'
import { findProgram } from './binary.js'
import { startPrometheus } from './prometheus.js'
import { root } from '#test/support/root.js'

const ops = join(root, 'ops')
const dashboard = JSON.parse(readFileSync(join(ops, 'dashboard.json'), 'utf8'))
const rules: Array<{ alert: string, expr: string, annotations: { description: string } }> = parse(
  readFileSync(join(ops, 'alerts.yaml'), 'utf8')
).groups[0].rules

interface Panel {
  title: string
  targets?: Array<{ expr: string }>
}
/** Each query of the dashboard, with what Grafana puts in for its variables. */
const queries = (dashboard.panels as Panel[]).flatMap(({ title, targets = [] }) => targets.map(({ expr }) =>
  ({ title, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|instance)/g, '.+') })))
/** What each alert looks at, without the bound beyond which it fires, and not whether that is absent. */
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
  const load = async () => {
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
  // What is counted over a time needs to be seen more than once: each series, the first of each outcome among
  // them.
  const scrapes = async () => (await query('count_over_time(up[5m])'))[0]?.value ?? 0
  const scraped = async (more: number) => {
    for (const before = await scrapes(); await scrapes() < before +
    more;) await sleep(50)
  }
  await load()
  await scraped(2)
  await load()
  await scraped(2)

  t.test('each query of the dashboard is one, and finds something', async (t) => {
    t.ok(queries.length > 30)
    for (const { title, expr } of queries) {
      const values = await query(expr)
      t.ok(values.some(({ value }) => Number.isFinite(value)), `${title}: ${expr}`)
    }
  })

  t.test('the choices of the dashboard\'s job and instance are there', async (t) => {
    for (const [name, value] of [['job', 'openstack-monitoring'], ['instance', target]]) {
      const [{ query: choices }] = dashboard.templating.list.filter(
        (variable: { name: string }) => variable.name === name
      )
      const [, series, label] = /^label_values\((\S+), (\w+)\)$/.exec(choices)!
      t.same(
        (await query(`count by (${label}) (${series!.replace('$job', '.+')})`)).map(({ labels }) => labels),
        [{ [name!]: value }]
      )
    }
  })

  t.test('what each alert looks at is there', async (t) => {
    for (const [i, { title, expr }] of alerts.entries()) {
      t.not(expr, rules[i]!.expr.trim(), `${title} has a bound`)
      t.ok((await query(expr)).some(({ value }) => Number.isFinite(value)), `${title}: ${expr}`)
    }
  })

  t.test('counts what was asked', async (t) => {
    const value = async (expression: string) => (await query(expression))[0]?.value
    t.equal(await value('sum(openstack_monitoring_http_request_duration_seconds_count{status="502"})'), 2)
    t.equal(await value('sum(openstack_monitoring_http_request_duration_seconds_count{route="none"})'), 2)
    t.equal(
      await value(
        'sum(openstack_monitoring_upstream_request_duration_seconds_count{outcome="refused", ' +
          'upstream="metrics"})'
      ),
      4
    )
    t.equal(
      await value(
        'sum(openstack_monitoring_upstream_failures_total{upstream="metrics", reason="refused", ' +
          'outcome="stale"})'
      ),
      2
    )
    t.equal(
      await value(
        'sum(openstack_monitoring_upstream_failures_total{upstream="metrics", reason="refused", ' +
          'outcome="error"})'
      ),
      2
    )
  })
}

t.test('no panel lies over another, and each has a title of its own', async (t) => {
  const panels: Array<{ id: number, title: string, gridPos: Record<'x' | 'y' | 'w' | 'h', number> }> =
    dashboard.panels
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  t.equal(new Set(panels.map(({ title }) => title)).size, panels.length)
  const cells = panels.flatMap(
    ({ gridPos: { x, y, w, h } }) => Array.from(
      { length: w * h }, (_, i) => `${x + i % w} ${y + Math.floor(i / w)}`
    )
  )
  t.equal(new Set(cells).size, cells.length)
  t.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
})

t.test('each query is of the jobs and instances that are chosen', async (t) => {
  for (const { title, targets = [] } of dashboard.panels as Panel[]) {
    for (const { expr } of targets) {
      const metrics = expr.match(/\b(?:openstack|nodejs|process)_\w+/g)!
      t.equal(expr.split('{job=~"$job", instance=~"$instance"').length - 1, metrics.length, title)
    }
  }
})

t.test('the panels, log messages and settings that alerts refer to exist', async (t) => {
  const titles = (dashboard.panels as Panel[]).map(({ title }) => title)
  const code = ['lib', 'plugins'].flatMap((dir) => readdirSync(join(root, dir), {
    recursive: true, encoding: 'utf8'
  })
    .filter((file) => file.endsWith('.ts')).map(
      (file) => readFileSync(join(root, dir, file), 'utf8')
    )).join('')
  for (const { alert, annotations: { description } } of rules) {
    const quoted = [...description.matchAll(/«(.*?)»/g)].map(([, words]) => words!)
    t.same(quoted.filter((words) => !titles.includes(words) && !code.includes(words)), [], alert)
    const settings = [...description.matchAll(/\b[A-Z]+_[A-Z_]+/g)].map(([name]) => name)
    t.same(settings.filter((name) => !(name in Settings.properties)), [], alert)
  }
})
