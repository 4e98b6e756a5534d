import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'

/** The result of a query: the value of each series. */
export type Values = Array<{ labels: Record<string, string>, value: number }>

/**
 * Starts a Prometheus that ends with the test. It scrapes one server five times a second, with the job name
 * that the alerts expect.
 * @param path of the program
 * @param target host and port of the server
 */
export async function startPrometheus (t: Test, path: string, target: string) {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const config = join(dir, 'prometheus.yaml')
  writeFileSync(config, stringify({
    global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
    scrape_configs: [{ job_name: 'openstack-monitoring', static_configs: [{ targets: [target] }] }]
  }))
  const { child, match } = await startChild({
    path,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      '--web.listen-address=127.0.0.1:0'
    ],
    env: {},
    output: 'stderr',
    ready: /msg="Listening on" address=(\S+)/
  })
  t.teardown(() => end(child, 'SIGKILL'))
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  return {
    /**
     * Evaluates an expression at the current time.
     * @throws {Error} when the expression is invalid
     */
    async query (expression: string): Promise<Values> {
      const parameters = new URLSearchParams({ query: expression })
      const response = await fetch(`http://${match[1]}/api/v1/query?${parameters}`)
      const { status, error, data } = await response.json()
      if (status !== 'success') throw new Error(`${expression}: ${error}`)
      if (data.resultType === 'scalar') return [{ labels: {}, value: Number(data.result[1]) }]
      const series: Array<{ metric: Record<string, string>, value: [number, string] }> = data.result
      return series.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    }
  }
}
