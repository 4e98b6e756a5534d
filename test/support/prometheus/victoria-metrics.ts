import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { request } from 'undici'
import { endWith, startChild } from '#test/support/child.js'
import { freePort } from '#test/support/redis/server.js'
import { controlOf } from '#test/support/server-control.js'
import type { ServerControl } from '#test/support/server-control.js'
import { findProgram } from './programs.js'

/** A series as VictoriaMetrics imports it, one JSON document a line. */
export interface ImportedSeries {
  metric: Record<string, string>
  values: Array<number | string>
  /** Unix milliseconds. */
  timestamps: number[]
}

/** A real VictoriaMetrics that belongs to one test. */
export interface VictoriaMetrics extends ServerControl {
  url: string
  /** Writes series. Queries find them when it returns. */
  write: (series: ImportedSeries[]) => Promise<void>
}

/**
 * Starts an empty VictoriaMetrics; it ends with the test.
 * @param args more arguments of the program
 * @returns `undefined` without the program: `t` is then skipped with the reason
 * @throws Error without the program where it is required
 */
export async function startVictoriaMetrics (
  t: Test, args: string[] = []
): Promise<VictoriaMetrics | undefined> {
  const path = await findProgram(t, 'victoria-metrics')
  if (path === undefined) return
  const dir = await mkdtemp(join(tmpdir(), 'victoria-metrics-'))
  // It does not report the port that the kernel chooses.
  const address = `127.0.0.1:${await freePort()}`
  let child = await launch(path, dir, address, args)
  endWith(t, () => child, dir)
  const url = `http://${address}`
  return {
    url,
    write: (series) => write(url, series),
    ...controlOf(() => child, async () => { child = await launch(path, dir, address, args) },
      () => responds(url))
  }
}

/**
 * Starts the program at `path`, and waits until it responds.
 * @param dir a folder for its data
 * @param address host and port on which it listens
 */
export async function launch (path: string, dir: string, address: string, args: string[] = []) {
  const { child } = await startChild({
    path,
    args: [`-storageDataPath=${dir}`, '-retentionPeriod=100y', `-httpListenAddr=${address}`, ...args],
    env: {},
    output: 'stderr',
    ready: /starting http server at/
  })
  while (!await responds(`http://${address}`)) {
    if (child.exitCode !== null) throw new Error('VictoriaMetrics does not listen')
    await sleep(20)
  }
  return child
}

const responds = (url: string) =>
  request(`${url}/health`, { reset: true, signal: AbortSignal.timeout(100) }).then(() => true, () => false)

/** Writes series to the VictoriaMetrics at a URL, and waits until queries find them. */
export async function write (url: string, series: ImportedSeries[]) {
  await importSeries(url, series)
  await findsSamples(url, series)
}

/** The same without waiting. */
export async function importSeries (url: string, series: ImportedSeries[]) {
  const body = series.map((one) => JSON.stringify(one)).join('\n')
  await ok(await request(`${url}/api/v1/import`, { method: 'POST', body, reset: true }))
  await ok(await request(`${url}/internal/force_flush`, { reset: true }))
}

/** Its index may be behind its samples for a while. */
async function findsSamples (url: string, all: ImportedSeries[]) {
  const times = all.flatMap(({ timestamps }) => [timestamps[0]!, timestamps.at(-1)!])
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => Math.floor(time / 1000))
  const count = all.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
  const q = `sum(count_over_time({__name__!=""}[${last! - first! + 2}s]))`
  for (;;) {
    const query = { query: q, time: String(last! + 1), nocache: '1' }
    const body = await ok(await request(`${url}/api/v1/query`, { query, reset: true }))
    const { data: { result: [found] } } = JSON.parse(body)
    if (Number(found?.value[1]) >= count) return
    await sleep(100)
  }
}

/** The body of a successful response. */
async function ok ({ statusCode, body }: Awaited<ReturnType<typeof request>>) {
  const text = await body.text()
  if (statusCode >= 300) throw new Error(`VictoriaMetrics returned ${statusCode}: ${text}`)
  return text
}
