import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

const meaningless = [
  'SIGUSR1', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGPWR', 'SIGWINCH', 'SIGURG', 'SIGCHLD',
  'SIGCONT'
] as const

t.test('SIGHUP reloads the settings, other signals mean nothing, and SIGTERM ends the service', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const file = join(t.testdir({ settings: 'LOG_LEVEL=info\n' }), 'settings')
  const env = { ...simulator.env, PORT: '0', SETTINGS_FILE: file }
  const { child, output, exited, logged } = runServer(t, env)
  const origin = await logged('"reach":"all"')
  for (const signal of meaningless) child.kill(signal)

  child.kill('SIGHUP')
  await logged('settings reloaded')
  writeFileSync(file, 'LOG_LEVEL=loud\n')
  child.kill('SIGHUP')
  await logged('reload failed')
  writeFileSync(file, 'LOG_LEVEL=warn\n')
  child.kill('SIGHUP')
  await fetch(`${origin}/docs`)
  for (let before = ''; before !== output.stdout;) {
    before = output.stdout
    await fetch(`${origin}/healthz`)
    await sleep(500)
  }
  t.match(output.stdout, /"level":50,.*LOG_LEVEL must be .*"reload failed/)
  t.equal(output.stderr, '', 'no debugger listens')

  child.kill('SIGTERM')
  child.kill('SIGHUP')
  t.equal(await exited, 0)
})
