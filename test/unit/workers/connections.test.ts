import { Socket } from 'node:net'
import t from 'tap'
import type { Ask } from '#lib/workers/channel.js'
import { createConnections } from '#lib/workers/connections.js'

/** A worker that records its connections, and receives each one when the test lets it. */
function createWorker () {
  const passed: unknown[] = []
  const settle: Array<{ resolve: (value?: unknown) => void, reject: (err: Error) => void }> = []
  const ask = (question: string, listener: unknown, _: undefined, socket: Socket) => {
    passed.push([question, listener, socket])
    return new Promise((resolve, reject) => { settle.push({ resolve, reject }) })
  }
  return { ask: ask as Ask, passed, settle }
}

const createSockets = (count: number) => Array.from({ length: count }, () => new Socket())

t.test('workers get connections in turn, and the next one after they have received the last', async (t) => {
  const [a, b] = [createWorker(), createWorker()]
  const sockets = createSockets(5)
  const { add, addWorker } = createConnections()
  add('public', sockets[0]!)
  for (const { ask } of [a, b]) addWorker(ask)
  for (const socket of sockets.slice(1)) add('management', socket)
  t.same(a.passed, [['connection', 'public', sockets[0]]])
  t.same(b.passed, [['connection', 'management', sockets[1]]])
  for (const n of [0, 1, 2]) {
    b.settle[n]!.resolve()
    await new Promise(setImmediate)
  }
  t.equal(a.passed.length, 1, 'it hangs')
  t.same(b.passed.slice(1), sockets.slice(2).map((socket) => ['connection', 'management', socket]))
})

t.test('a worker that has ended gets no connection', async (t) => {
  const [a, b, c] = [createWorker(), createWorker(), createWorker()]
  const { add, addWorker, removeWorker } = createConnections()
  for (const { ask } of [a, b]) addWorker(ask)
  removeWorker(a.ask)
  const sockets = createSockets(2)
  for (const socket of sockets) add('public', socket)
  b.settle[0]!.reject(new Error('the process has ended'))
  await new Promise(setImmediate)
  addWorker(c.ask)
  t.equal(a.passed.length, 0)
  t.match([...b.passed, ...c.passed], sockets.map((socket) => ['connection', 'public', socket]))
})

t.test('a bounded number of connections waits, and further ones are closed', async (t) => {
  const worker = createWorker()
  const { add, addWorker } = createConnections(2)
  const sockets = createSockets(4)
  for (const socket of sockets) add('public', socket)
  t.same(sockets.map(({ destroyed }) => destroyed), [false, false, true, true])
  addWorker(worker.ask)
  worker.settle[0]!.resolve()
  await new Promise(setImmediate)
  t.equal(worker.passed.length, 2)
})

t.test('at the end all connections are passed on at once, or closed without a worker', async (t) => {
  const [a, b] = [createWorker(), createWorker()]
  const { add, flush } = createConnections()
  const sockets = createSockets(4)
  for (const socket of sockets.slice(0, 3)) add('public', socket)
  flush([a.ask, b.ask])
  t.same([a.passed.length, b.passed.length], [2, 1])
  a.settle[0]!.reject(new Error('the process has ended'))
  add('public', sockets[3]!)
  flush([])
  t.same(sockets.map(({ destroyed }) => destroyed), [false, false, false, true])
})
