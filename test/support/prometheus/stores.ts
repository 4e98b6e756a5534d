import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'
import { findProgram } from './programs.js'
import { startVictoriaMetrics } from './victoria-metrics.js'
import type { ImportedSeries } from './victoria-metrics.js'

const run = promisify(execFile)

export const storeNames = ['prometheus', 'victoria-metrics'] as const
export type StoreName = typeof storeNames[number]

/**
 * Starts a real store that has these series; it ends with the test.
 * @param lines series in VictoriaMetrics' JSON lines
 * @returns its URL; `undefined` without the program: `t` is then skipped with the reason
 * @throws Error without the program where it is required
 */
export async function startStore (t: Test, name: StoreName, lines: string[]): Promise<string | undefined> {
  return await { prometheus: startFilled, 'victoria-metrics': startFilledVictoriaMetrics }[name](t, lines)
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

async function startFilled (t: Test, lines: string[]) {
  const dir = temporaryFolder('prometheus')
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

async function startFilledVictoriaMetrics (t: Test, lines: string[]) {
  const started = await startVictoriaMetrics(t)
  // Its import rejects NaN, which Prometheus does not.
  await started?.write(lines.filter((line) => !line.includes('"NaN"')).map((line) => JSON.parse(line)))
  return started?.url
}

export async function responds (url: string) {
  for (let attempts = 0; ; attempts++) {
    const ok = await fetch(url).then((response) => response.ok, () => false)
    if (ok) return
    if (attempts === 300) throw new Error(`${url} does not respond`)
    await sleep(100)
  }
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
