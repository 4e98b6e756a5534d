import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'
import { hasSystemd } from './systemd.js'

/** Binds the socket that systemd would, and prints a line for each message. */
const receiver = `
import socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(server.recv(4096).decode().replace(chr(10), ' ').strip(), flush=True)
`

const skip = !hasSystemd && 'needs systemd-notify'
t.test('the service reports its state to systemd', { skip }, async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  // The path of a socket has 107 characters at most.
  const dir = mkdtempSync(join(tmpdir(), 'notify-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  const socket = join(dir, 's')
  const python = spawn('python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => python.kill())
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  /** The next message. The barrier follows each of them, by which its sender waits for systemd. */
  const message = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the receiver ended')
      if (value !== 'BARRIER=1') return value as string
    }
  }
  /** The next message that is not from the watchdog. */
  const state = async () => {
    for (;;) {
      const text = await message()
      if (text !== 'WATCHDOG=1') return text
    }
  }
  t.equal(await message(), 'bound')

  const { child, exited, logged } = runServer(t, {
    ...simulator.env, PORT: '0', PATH: process.env.PATH!, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000'
  })
  t.equal(await message(), 'READY=1')
  const origin = await logged('listening at')
  t.equal((await fetch(`${origin}/healthz`)).status, 200, 'it listens by then')
  for (let i = 0; i < 3; i++) t.equal(await message(), 'WATCHDOG=1')

  child.kill('SIGHUP')
  t.match(await state(), /^RELOADING=1 MONOTONIC_USEC=\d+$/)
  t.equal(await state(), 'READY=1')
  await logged('settings reloaded')

  child.kill('SIGTERM')
  t.equal(await state(), 'STOPPING=1')
  t.equal(await exited, 0)
  python.kill()
  await once(python, 'close')
})
