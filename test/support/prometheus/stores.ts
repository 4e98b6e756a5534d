import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'
import { freePort } from '#test/support/redis/server.js'
import { findProgram } from './programs.js'

const run = promisify(execFile)

/** A series as VictoriaMetrics imports it, one JSON document a line. */
interface ImportedSeries {
  metric: Record<string, string>
  values: Array<number | string>
  timestamps: number[]
}

export const storeNames = ['prometheus', 'victoria-metrics'] as const
export type StoreName = typeof storeNames[number]

/**
 * Starts a real store that has these series; it ends with the test.
 * @param lines series in VictoriaMetrics' JSON lines
 * @returns its URL; `undefined` without the program: `t` is then skipped with the reason
 * @throws Error without the program where it is required
 */
export async function startStore (t: Test, name: StoreName, lines: string[]): Promise<string | undefined> {
  return await { prometheus: startFilled, 'victoria-metrics': startVictoriaMetrics }[name](
    t, temporaryFolder(name), lines
  )
}

/**
 * Starts a real Prometheus that scrapes a target once a second; it ends with the test.
 * @param target host and port
 * @returns its URL; `undefined` without the program: `t` is then skipped with the reason
 */
export async function startScraper (t: Test, target: string): Promise<string | undefined> {
  const path = await findProgram(t, 'prometheus')
  if (path === undefined) return
  const job = { job_name: 'libvirt', scrape_interval: '1s', static_configs: [{ targets: [target] }] }
  return await startPrometheus(t, path, temporaryFolder('prometheus'), { scrape_configs: [job] })
}

/** A folder that is deleted with this process. */
function temporaryFolder (name: string) {
  const dir = mkdtempSync(join(tmpdir(), `${name}-`))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function startFilled (t: Test, dir: string, lines: string[]) {
  const path = await findProgram(t, 'prometheus')
  const promtool = path && await findProgram(t, 'promtool')
  if (!promtool) return
  const text = join(dir, 'series.txt')
  writeFileSync(text, openMetrics(lines.map((line) => JSON.parse(line))))
  // It reads the text once a block: few large blocks are quicker.
  await run(promtool, [
    'tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=216h', text, join(dir, 'data')
  ], { maxBuffer: Infinity })
  return await startPrometheus(t, path!, dir, { global: {} })
}

/** @param dir a folder, with its data in `data` */
async function startPrometheus (t: Test, path: string, dir: string, settings: object) {
  const config = join(dir, 'prometheus.yaml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings))
  const { child, match } = await startChild({
    path,
    args: [
      `--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`,
      '--storage.tsdb.retention.time=100y', '--web.listen-address=127.0.0.1:0'
    ],
    env: {},
    output: 'stderr',
    ready: /msg="Listening on" address=(\S+)/
  })
  t.teardown(() => end(child, 'SIGKILL'))
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://${match[1]}`
  await responds(`${url}/-/ready`)
  return url
}

/** It does not report the port that the kernel chooses. */
async function startVictoriaMetrics (t: Test, dir: string, lines: string[]) {
  const path = await findProgram(t, 'victoria-metrics')
  if (path === undefined) return
  const address = `127.0.0.1:${await freePort()}`
  const { child } = await startChild({
    path,
    args: [`-storageDataPath=${dir}`, '-retentionPeriod=100y', `-httpListenAddr=${address}`],
    env: {},
    output: 'stderr',
    ready: /starting http server at/
  })
  t.teardown(() => end(child, 'SIGKILL'))
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://${address}`
  await responds(`${url}/health`)
  // Its import rejects NaN, which Prometheus does not.
  const accepted = lines.filter((line) => !line.includes('"NaN"'))
  await expectOk(await fetch(`${url}/api/v1/import`, { method: 'POST', body: accepted.join('\n') }))
  await expectOk(await fetch(`${url}/internal/force_flush`))
  await findsSamples(url, accepted.map((line) => JSON.parse(line)))
  return url
}

/** Its index may be behind its samples for a while. */
async function findsSamples (url: string, all: ImportedSeries[]) {
  const times = all.flatMap(({ timestamps }) => [timestamps[0]!, timestamps.at(-1)!])
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => Math.floor(time / 1000))
  const count = all.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
  const query = `sum(count_over_time({__name__!=""}[${last! - first! + 2}s]))`
  for (;;) {
    const parameters = new URLSearchParams({ query, time: String(last! + 1), nocache: '1' })
    const response = await fetch(`${url}/api/v1/query?${parameters}`)
    await expectOk(response)
    const { data: { result: [found] } } = await response.json() as any
    if (Number(found?.value[1]) >= count) return
    await sleep(100)
  }
}

export async function responds (url: string) {
  for (let attempts = 0; ; attempts++) {
    const ok = await fetch(url).then((response) => response.ok, () => false)
    if (ok) return
    if (attempts === 300) throw new Error(`${url} does not respond`)
    await sleep(100)
  }
}

async function expectOk (response: Response) {
  if (!response.ok) throw new Error(`${response.url} returned ${response.status}: ${await response.text()}`)
}

/** The series as OpenMetrics text, each metric as one family. */
function openMetrics (all: ImportedSeries[]) {
  const names = [...new Set(all.map(({ metric }) => metric.__name__!))]
  const text = names.map((name) => [
    name.endsWith('_total') ? `# TYPE ${name.slice(0, -'_total'.length)} counter` : `# TYPE ${name} gauge`,
    ...all.filter(({ metric }) => metric.__name__ === name).flatMap(({ metric, values, timestamps }) => {
      const labels = Object.entries(metric).filter(([label]) => label !== '__name__')
        .map(([label, value]) => `${label}="${escape(value)}"`)
      return timestamps.map((time, i) =>
        `${name}{${labels.join(',')}} ${values[i]} ${(time / 1000).toFixed(3)}`)
    })
  ])
  return [...text.flat(), '# EOF', ''].join('\n')
}

const escape = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
