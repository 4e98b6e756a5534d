import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { tolerated, visible } from '../case.js'
import type { Case, Inject } from '../case.js'

const kill: Inject = async ({ store }) => {
  await store.kill()
  return store.start
}

const stop: Inject = async ({ store }) => {
  await store.stop()
  return store.start
}

const pause: Inject = async ({ store }) => {
  await store.pause()
  return store.resume
}

const dropDatabase: Inject = async ({ store: { influxd } }) => {
  await influxd!.query('DROP DATABASE mon')
  return () => influxd!.query('CREATE DATABASE mon')
}

/**
 * Simulates a full disk without root: a limit of the file size (RLIMIT_FSIZE) makes each write fail.
 * @throws if a write still succeeds
 */
const fillDisk: Inject = async ({ store }) => {
  const influxd = store.influxd!
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
/** The service reaches the store without a proxy, so nothing counts requests. */
const direct: Partial<Case> = {
  upstreams: [], component: 'metrics', env: ({ store }) => store.settingsFor(store.url)
}
const underLoad = { ...direct, load: true }

/** Faults of the process of a real store. */
const ofProcess = (title: string): Case[] => [
  ...visible(metrics, `${title} is killed (SIGKILL), then restarted`, 503, kill, underLoad),
  ...visible(metrics, `${title} is terminated (SIGTERM), then restarted`, 503, stop, direct),
  ...visible(metrics, `${title} is paused (SIGSTOP), then resumed`, [503, 504], pause, underLoad)
]

export const influxdb: Case[] = [
  ...ofProcess('InfluxDB'),
  ...visible(metrics, 'InfluxDB database is dropped, then created again', 502, dropDatabase, direct),
  ...tolerated(metrics, 'InfluxDB disk is full: every write fails', fillDisk, underLoad)
]

export const victoriaMetrics = ofProcess('VictoriaMetrics')
