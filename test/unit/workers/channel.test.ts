import { EventEmitter } from 'node:events'
import t from 'tap'
import { openChannel } from '#lib/workers/channel.js'

/** The two ends of a channel. */
function createPeers () {
  const [a, b] = [new EventEmitter(), new EventEmitter()]
  const send = (to: EventEmitter) => (message: object) => setImmediate(() => to.emit('message', message))
  return [Object.assign(a, { send: send(b) }), Object.assign(b, { send: send(a) })] as const
}

t.test('questions are answered in both directions', async (t) => {
  const [a, b] = createPeers()
  const askB = openChannel(a, { name: () => 'a' })
  const askA = openChannel(b, { name: async () => 'b', double: (value) => 2 * (value as number) })
  const answers = await Promise.all([askB('name'), askA('name'), askB('double', 2), askB('double', 3)])
  t.same(answers, ['b', 'a', 4, 6])
})

t.test('a question fails with its handler, after its time, and at the end of the peer', async (t) => {
  const [a, b] = createPeers()
  const ask = openChannel(a, {})
  let late = () => {}
  openChannel(b, {
    fails () { throw new Error('a reason') },
    waits: () => new Promise<void>((resolve) => { late = resolve })
  })
  await t.rejects(ask('fails'), { message: 'a reason' })
  await t.rejects(ask('waits', undefined, 1), { message: 'the process does not respond' })
  late()
  const asked = [ask('waits'), ask('waits')]
  a.emit('exit')
  for (const answer of asked) await t.rejects(answer, { message: 'the process has ended' })
  late()
})
