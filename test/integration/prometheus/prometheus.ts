import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'

/** What a query answers: the value of each series. */
export type Values = Array<{ labels: Record<string, string>, value: number }>

/**
 * Starts a Prometheus that scrapes a server, several times a second, under the job that the alerts look for;
 * it ends with the test.
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
    /** What an expression comes to now. @throws where it is none */
    async query (expression: string): Promise<Values> {
      const answer = await (await fetch(
        `http://${match[1]}/api/v1/query?${new URLSearchParams({ query: expression })}`
      )).json()
      if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`)
      const { resultType, result } = answer.data
      if (resultType === 'scalar') return [{ labels: {}, value: Number(result[1]) }]
      return result.map(
        ({ metric, value }: { metric: Record<string, string>, value: [number, string] }) => ({
          labels: metric, value: Number(value[1])
        })
      )
    }
  }
}
