import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { each, unseen } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'

const killed: Begin = async ({ influxd }) => {
  await influxd.kill()
  return influxd.start
}

const stopped: Begin = async ({ influxd }) => {
  await influxd.stop()
  return influxd.start
}

const paused: Begin = async ({ influxd }) => {
  await influxd.pause()
  return influxd.resume
}

const dropped: Begin = async ({ influxd }) => {
  await influxd.query('DROP DATABASE mon')
  return () => influxd.query('CREATE DATABASE mon')
}

/**
 * A disk that is full, as far as a process can be made to see one without root: its files may not grow
 * (RLIMIT_FSIZE), so that each write fails.
 */
const full: Begin = async ({ influxd }) => {
  const limit = (size: string) =>
    promisify(execFile)('prlimit', ['--pid', String(influxd.pid()), `--fsize=${size}:`])
  await limit('0')
  const written = await influxd.write(['full value=1']).then(() => true, () => false)
  if (written) throw new Error('the disk is not full')
  return async () => {
    await limit('unlimited')
    // Its log of writes has failed once and for all.
    await influxd.stop()
    await influxd.start()
  }
}

const metrics: Case['at'][] = [['metrics']]
/** No proxy stands in between, so none is ill, and none counts. */
const direct: Partial<Case> = {
  at: [], where: 'metrics', env: ({ influxd }) => ({ INFLUX_URL: influxd.url })
}

/** What becomes of a real InfluxDB. */
export const influxdb: Case[] = [
  ...each(metrics, 'InfluxDB is killed (kill -9), and started again', 503, killed, { ...direct, load: true }),
  ...each(metrics, 'InfluxDB is ended (SIGTERM), and started again', 503, stopped, direct),
  ...each(metrics, 'InfluxDB is stopped (SIGSTOP), and goes on', [503, 504], paused, {
    ...direct, load: true
  }),
  ...each(metrics, 'InfluxDB\'s database is dropped, and made again', 502, dropped, direct),
  ...unseen(metrics, 'InfluxDB\'s disk is full, so that it can write nothing', full, {
    ...direct, load: true
  })
]
