import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parseDuration } from '#lib/duration.js'
import { Settings } from '#lib/config/settings.js'
import { root } from '#test/support/root.js'
import { hasSystemd } from './systemd.js'

const run = promisify(execFile)
const name = 'openstack-monitoring-api.service'
const unit = readFileSync(join(root, 'ops', name), 'utf8')

/** The highest allowed exposure level, on systemd's scale from 0 to 10. */
const maxExposure = 2

const skip = !hasSystemd && 'needs systemd-analyze, from the package systemd'

t.test('systemd accepts the unit', { skip }, async (t) => {
  // The program of ExecStart must exist.
  const path = join(t.testdir({}), name)
  writeFileSync(path, unit.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath}`))
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', path])
  t.equal(stdout + stderr, '')
})

t.test('the unit has a low exposure level', { skip }, async (t) => {
  const path = join(t.testdir({ [name]: unit }), name)
  // Fails when the level exceeds the threshold, which is in tenths.
  const { stdout } = await run('systemd-analyze', [
    'security', '--offline=true', '--no-pager', `--threshold=${10 * maxExposure}`, path
  ])
  t.match(stdout, /Overall exposure level for openstack-monitoring-api\.service: [01]\.\d/)
})

t.test('systemd waits longer than a shutdown takes', async (t) => {
  const [, timeout] = /^TimeoutStopSec=(\d+)$/m.exec(unit)!
  t.ok(Number(timeout) > parseDuration(Settings.properties.SHUTDOWN_GRACE.default)!)
})

t.test('a watchdog that systemd waits for longer than an overload lasts', async (t) => {
  t.match(unit, /^Type=notify\nNotifyAccess=all$/m, 'systemd-notify is not the main process')
  const [, seconds] = /^WatchdogSec=(\d+)$/m.exec(unit)!
  t.ok(Number(seconds) * 1_000 > 10 * parseDuration(Settings.properties.OVERLOAD_DELAY.default)!)
})

t.test('systemd gives up on a service that cannot start, even when a start takes seconds', async (t) => {
  const seconds = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)![1])
  t.ok(seconds('StartLimitBurst') * (5 + seconds('RestartSec')) < seconds('StartLimitIntervalSec'))
  t.match(unit.split('[Service]')[0], /^StartLimitBurst=/m, 'systemd ignores it in other sections')
})
