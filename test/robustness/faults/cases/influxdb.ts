import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { tolerated, visible } from '../case.js'
import type { Case, Inject } from '../case.js'

const kill: Inject = async ({ influxd }) => {
  await influxd.kill()
  return influxd.start
}

const stop: Inject = async ({ influxd }) => {
  await influxd.stop()
  return influxd.start
}

const pause: Inject = async ({ influxd }) => {
  await influxd.pause()
  return influxd.resume
}

const dropDatabase: Inject = async ({ influxd }) => {
  await influxd.query('DROP DATABASE mon')
  return () => influxd.query('CREATE DATABASE mon')
}

/**
 * Simulates a full disk without root: a limit of the file size (RLIMIT_FSIZE) makes each write fail.
 * @throws if a write still succeeds
 */
const fillDisk: Inject = async ({ influxd }) => {
  const limitFileSize = (size: string) =>
    promisify(execFile)('prlimit', ['--pid', String(influxd.pid()), `--fsize=${size}:`])
  await limitFileSize('0')
  const isWritable = await influxd.write(['full value=1']).then(() => true, () => false)
  if (isWritable) throw new Error('the disk is not full')
  return async () => {
    await limitFileSize('unlimited')
    // The write-ahead log does not recover without a restart.
    await influxd.stop()
    await influxd.start()
  }
}

const metrics: Case['upstreams'][] = [['metrics']]
/** The service reaches InfluxDB without a proxy, so nothing counts requests. */
const direct: Partial<Case> = {
  upstreams: [], component: 'metrics', env: ({ influxd }) => ({ INFLUX_URL: influxd.url })
}
const underLoad = { ...direct, load: true }

/** Faults of a real InfluxDB. */
export const influxdb: Case[] = [
  ...visible(metrics, 'InfluxDB is killed (SIGKILL), then restarted', 503, kill, underLoad),
  ...visible(metrics, 'InfluxDB is terminated (SIGTERM), then restarted', 503, stop, direct),
  ...visible(metrics, 'InfluxDB is paused (SIGSTOP), then resumed', [503, 504], pause, underLoad),
  ...visible(metrics, 'InfluxDB database is dropped, then created again', 502, dropDatabase, direct),
  ...tolerated(metrics, 'InfluxDB disk is full: every write fails', fillDisk, underLoad)
]
