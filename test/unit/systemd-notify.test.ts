import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { createSystemdNotifier } from '#lib/systemd-notify.js'

/** A notifier over a program that writes its arguments into a file. */
function start (t: Test, env: NodeJS.ProcessEnv = {}, commands = '') {
  const dir = t.testdir({ log: '' })
  const log = join(dir, 'log')
  const program = `#!/bin/sh\n${commands}\necho "$NOTIFY_SOCKET $OS_PASSWORD $*" >>${log}\n`
  writeFileSync(join(dir, 'systemd-notify'), program, { mode: 0o755 })
  const errors: Error[] = []
  const path = [dir, process.env.PATH].join(delimiter)
  const systemd = createSystemdNotifier(
    { NOTIFY_SOCKET: 's', OS_PASSWORD: 'secret', PATH: path, ...env }, (err) => errors.push(err)
  )
  const lines = () => readFileSync(log, 'utf8').split('\n').slice(0, -1)
  const untilLines = async (count: number) => {
    while (lines().length < count) await sleep(10)
    return lines()
  }
  return { systemd, errors, lines, untilLines }
}

t.test('states are sent in their order, without the settings', async (t) => {
  const { systemd, errors, untilLines } = start(t, { WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' })
  systemd.ready()
  await systemd.reloading(async () => {})
  systemd.stopping()
  t.match(await untilLines(4), [
    's  READY=1', /^s {2}RELOADING=1 MONOTONIC_USEC=\d+$/, 's  READY=1', 's  STOPPING=1'
  ], 'and none for the watchdog of another process')
  t.same(errors, [])
})

t.test('the watchdog is fed from the event loop alone', async (t) => {
  const { systemd, lines, untilLines } = start(t, {
    WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid)
  })
  systemd.ready()
  t.same((await untilLines(4)).slice(1, 4), Array(3).fill('s  WATCHDOG=1'))
  const blockFor = (milliseconds: number) => {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
  }
  // Messages that were sent before arrive meanwhile.
  let before
  do {
    before = lines().length
    blockFor(500)
  } while (lines().length > before && lines().length < before + 40)
  blockFor(500)
  t.equal(lines().length, before, 'a hung process sends nothing')
  await untilLines(before + 1)
})

t.test('a failure is reported once', async (t) => {
  const { systemd, errors, untilLines } = start(t, {}, 'echo no such socket >&2')
  systemd.ready()
  systemd.stopping()
  await untilLines(2)
  while (errors.length === 0) await sleep(10)
  t.match(errors, [{ message: /^no such socket/ }])
  t.equal(errors.length, 1)
})

t.test('nothing is run without a socket', async (t) => {
  const { systemd, errors, lines } = start(t, { NOTIFY_SOCKET: undefined, WATCHDOG_USEC: '20000' })
  systemd.ready()
  await systemd.reloading(async () => {})
  systemd.stopping()
  await sleep(100)
  t.same(lines(), [])
  t.same(errors, [])
})
