import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { startService } from '#test/support/service.js'
import { findProgram } from '#test/support/prometheus/programs.js'
import { run } from '#test/support/run.js'
import { root } from '#test/support/root.js'

const cases = join(root, 'test/integration/prometheus/alerts.yaml')

const promtool = await findProgram(t, 'promtool')
if (promtool !== undefined) {
  t.test('promtool reports an invalid metric', async (t) => {
    const invalid = '# TYPE calls_total gauge\ncalls_total 1\n'
    const { status, output } = await run(promtool, ['check', 'metrics'], invalid)
    t.not(status, 0)
    t.match(output, 'calls_total')
  })

  t.test('the metrics of the service are valid', async (t) => {
    const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
    await app.inject({ url: '/v1/openstack/projects/summary', headers: { 'x-auth-token': 'unknown' } })
    simulator.intercept = () => ({ status: 500 })
    await app.inject('/readyz')
    const { status, output } = await run(promtool, ['check', 'metrics'], (await app.inject('/metrics')).body)
    t.equal(output, '')
    t.equal(status, 0)
  })

  t.test('the alert rules and the example configuration are valid', async (t) => {
    for (const args of [['rules', 'ops/alerts.yaml'], ['config', 'ops/prometheus.yaml']]) {
      const { status, output } = await run(promtool, ['check', ...args.with(1, join(root, args[1]!))])
      t.equal(status, 0, output)
    }
  })

  t.test('the alerts fire as the cases expect', async (t) => {
    const { status, output } = await run(promtool, ['test', 'rules', cases])
    t.equal(status, 0, output)
  })
}

t.test('each alert has a case in which it fires and one in which it does not', async (t) => {
  const read = (path: string) => parse(readFileSync(path, 'utf8'))
  const rules: Array<{ alert: string }> = read(join(root, 'ops/alerts.yaml')).groups[0].rules
  t.ok(rules.length >= 10)
  const { tests }: { tests: Array<{ alert_rule_test: AlertTest[] }> } = read(cases)
  const alertTests = tests.flatMap((test) => test.alert_rule_test)
  for (const { alert } of rules) {
    const outcomes = alertTests.filter(({ alertname }) => alertname === alert)
      .map(({ exp_alerts: expected = [] }) => expected.length > 0)
    t.same([...new Set(outcomes)].sort(), [false, true], alert)
  }
})

interface AlertTest {
  alertname: string
  exp_alerts?: object[]
}
