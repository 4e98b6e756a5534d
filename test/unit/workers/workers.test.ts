import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { createTelemetry } from '#lib/observability/prometheus.js'
import { openChannel } from '#lib/workers/channel.js'
import type { Ask } from '#lib/workers/channel.js'
import { createWorkers } from '#lib/workers/workers.js'
import type { WorkerProcess, WorkersOptions } from '#lib/workers/workers.js'

const timing = {
  longLife: 60_000, restartDelay: [1, 4] as [number, number], metrics: 60_000, check: 1, hang: 60_000
}

interface Forked extends WorkerProcess {
  telemetry: ReturnType<typeof createTelemetry>
  /** Asks the primary. */
  ask: Ask
  end: (code: number | null, signal?: string | null) => void
}

/** Workers that are no processes. Each one is ready at once, unless a test replaces its handlers. */
function start (options: Partial<WorkersOptions['timing']> = {}) {
  const forked: Forked[] = []
  const errors: unknown[] = []
  const log = { level: 'info', error: (...args: unknown[]) => { errors.push(args[0]) } }
  let isReady = true
  let handlers: Parameters<typeof openChannel>[1] = {}

  function fork (): Forked {
    const worker = new EventEmitter()
    const own = new EventEmitter()
    const sendTo = (to: EventEmitter) => (message: object, socket?: Socket) =>
      setImmediate(() => to.emit('message', message, socket))
    const telemetry = createTelemetry()
    const ask = openChannel(Object.assign(own, { send: sendTo(worker) }), {
      alive () {}, metrics: telemetry.snapshot, reload: () => 'warn', stop: () => end(0), ...handlers
    })
    const end = (code: number | null, signal: string | null = null) => { worker.emit('exit', code, signal) }
    if (isReady) ask('ready').catch(() => {})
    const process = { pid: hasId ? forked.length : undefined, kill: (signal: string) => end(null, signal) }
    return Object.assign(worker, { send: sendTo(own), process, telemetry, end, ask })
  }

  let refused: Error | undefined
  let hasId = true
  const workers = createWorkers({
    fork () {
      if (refused !== undefined) throw refused
      const worker = fork()
      forked.push(worker)
      return worker
    },
    log: log as WorkersOptions['log'],
    timing: { ...timing, ...options }
  })
  const untilForked = async (count: number) => {
    while (forked.length < count) await new Promise(setImmediate)
  }
  return {
    workers,
    forked,
    errors,
    log,
    untilForked,
    /** Makes each start of a process fail with this error, if one is given. */
    refuse (err?: Error) { refused = err },
    /** Whether the next processes have an id. One that cannot start has none. */
    ids (has: boolean) { hasId = has },
    /** Sets the behaviour of the next workers. */
    next (ready: boolean, more: typeof handlers = {}) {
      isReady = ready
      handlers = more
    }
  }
}

const requests = (text: string) => Number(/^openstack_monitoring_batch_series_count (.*)$/m.exec(text)![1])

t.test('the first worker starts alone, and its end is that of the start', async (t) => {
  const { workers, forked, next } = start()
  next(false)
  const started = workers.start(3)
  await new Promise(setImmediate)
  t.equal(forked.length, 1)
  forked[0]!.end(1)
  t.equal(await started, false)
  t.equal(forked.length, 1)
})

t.test('the start fails where another worker ends, and where the service is to stop', async (t) => {
  for (const n of [0, 1]) {
    const { workers, forked, next, untilForked } = start()
    const started = workers.start(2)
    next(false)
    await untilForked(2)
    forked[n]!.end(1)
    forked[1]!.ask('ready').catch(() => {})
    t.equal(await started, false)
  }

  for (const count of [1, 2]) {
    const stopped = start()
    const starting = stopped.workers.start(2)
    await stopped.untilForked(count)
    t.equal(await stopped.workers.stop(), true)
    t.equal(await starting, false)
    t.equal(stopped.forked.length, count)
  }
})

t.test('a stop ends a worker at once that does not serve yet', async (t) => {
  const { workers, forked, next, untilForked } = start()
  const starting = workers.start(2)
  await untilForked(1)
  next(false, { stop: () => t.fail('it would not receive a message') })
  await untilForked(2)
  t.equal(await workers.stop(), true)
  t.equal(await starting, false)
  t.equal(forked.length, 2)
})

t.test('workers with short lives are replaced later and later, and others at once', async (t) => {
  const short = start()
  t.ok(await short.workers.start(2))
  for (let n = 0; n < 4; n++) {
    short.forked[n]!.end(1, 'SIGKILL')
    await short.untilForked(n + 3)
  }
  t.match(short.errors, [1, 2, 4, 4].map((delayMs) => ({ delayMs, code: 1, signal: 'SIGKILL' })))

  const long = start({ longLife: 0 })
  t.ok(await long.workers.start(2))
  for (let n = 0; n < 2; n++) {
    long.forked[n]!.end(0)
    await long.untilForked(n + 3)
  }
  t.match(long.errors, [{ worker: 0, delayMs: 0 }, { worker: 1, delayMs: 0 }])
})

t.test('a process that cannot start is tried again, and fails the start of the service', async (t) => {
  const refused = new Error('spawn EAGAIN')
  const early = start()
  early.refuse(refused)
  t.equal(await early.workers.start(2), false)
  t.match(early.errors, [{ err: refused }])

  const { workers, forked, errors, refuse, untilForked } = start()
  t.ok(await workers.start(2))
  refuse(refused)
  forked[0]!.end(1)
  while (errors.length < 4) await new Promise(setImmediate)
  refuse()
  await untilForked(3)
  t.equal(await workers.stop(), true)
  t.match(errors.slice(0, 4), [{ worker: 0, code: 1 }, { err: refused }, { err: refused }, { err: refused }])
})

t.test('a process that reports later that it cannot start is tried again', async (t) => {
  const { workers, forked, errors, ids, next, untilForked } = start()
  t.ok(await workers.start(2))
  ids(false)
  next(false)
  forked[0]!.end(1)
  await untilForked(3)
  ids(true)
  next(true)
  const err = new Error('spawn ENOMEM')
  forked[2]!.emit('error', err)
  await untilForked(4)
  t.match(errors, [{ worker: 0 }, { err }])
  t.throws(() => forked[3]!.emit('error', new Error('kill EPERM')), 'a process that runs has an error')
  t.equal(await workers.stop(), true)
})

t.test('a message after the end of a worker makes it serve no connection', async (t) => {
  const { workers, forked, next, untilForked } = start()
  t.ok(await workers.start(2))
  next(false)
  forked[0]!.end(1)
  await untilForked(3)
  forked[2]!.end(1)
  await untilForked(4)
  forked[2]!.ask('ready').catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 5))
  const passed: unknown[] = []
  for (const worker of forked) worker.send = (message: object) => passed.push(worker)
  workers.connect('public', { destroy () {} } as unknown as Socket)
  t.ok(passed.includes(forked[1]))
  t.notOk(passed.includes(forked[2]))
  const stopped = workers.stop()
  workers.kill()
  await stopped
})

t.test('no worker starts after the stop', async (t) => {
  const { workers, forked } = start({ restartDelay: [1, 1] })
  t.ok(await workers.start(2))
  forked[0]!.end(1)
  t.equal(await workers.stop(), true)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(forked.length, 2)
})

t.test('a stop reports a worker that failed', async (t) => {
  const { workers, next } = start()
  next(true, { stop () { throw new Error('it cannot') } })
  t.ok(await workers.start(2))
  const stopped = workers.stop()
  workers.kill()
  t.equal(await stopped, false)
})

t.test('a worker that hangs is killed, and one that ends is not', async (t) => {
  const { workers, forked, errors, next, untilForked } = start({ hang: 1 })
  next(true, { alive: () => new Promise(() => {}) })
  const started = workers.start(2)
  await untilForked(2)
  next(true)
  t.ok(await started)
  await untilForked(4)
  t.match(errors, [{ worker: 0 }, { worker: 0, signal: 'SIGKILL' }, { worker: 1 }, { worker: 1 }])
  t.equal(forked.length, 4)
})

t.test('the metrics are a sum, which no end of a worker makes fall', async (t) => {
  const { workers, forked, untilForked } = start()
  t.ok(await workers.start(2))
  const read = () => forked.at(-1)!.ask<string>('metrics')
  forked[0]!.telemetry.batchSent(1, 1)
  forked[1]!.telemetry.batchSent(1, 1)
  t.equal(requests(await read()), 2)
  for (const n of [0, 1]) {
    forked[n]!.end(1)
    await untilForked(n + 3)
    t.equal(requests(await read()), 2)
  }
  forked[2]!.telemetry.batchSent(1, 1)
  forked[2]!.telemetry.upstreamChecked('compute', false, 2)
  forked[3]!.telemetry.upstreamChecked('compute', true, 1)
  const text = await read()
  t.equal(requests(text), 3)
  t.match(text, /^openstack_monitoring_upstream_up\{upstream="compute"\} 0$/m, 'that of the last check')
  t.equal(text.match(/^process_start_time_seconds /gm)!.length, 1)
})

t.test('a worker that does not respond fails the sum, and one that ends does not', async (t) => {
  const { workers, forked, next, untilForked } = start({ metrics: 20 })
  next(true, { metrics: () => new Promise(() => {}) })
  const started = workers.start(2)
  await untilForked(1)
  next(true)
  t.ok(await started)
  await t.rejects(forked[1]!.ask('metrics'), { message: 'the process does not respond' })
  const read = forked[1]!.ask<string>('metrics')
  await new Promise(setImmediate)
  forked[0]!.end(1)
  t.equal(requests(await read), 0)
})

t.test('all workers reload, and the primary takes over their log level', async (t) => {
  const { workers, log, next, untilForked } = start()
  next(true, { reload () { throw new Error('it has ended') } })
  const started = workers.start(2)
  await untilForked(1)
  next(true)
  t.ok(await started)
  await workers.reload()
  t.equal(log.level, 'warn')
})

t.test('a worker that starts during a reload reloads as well', async (t) => {
  const { workers, forked, next, untilForked } = start()
  t.ok(await workers.start(2))
  const reloaded = new Promise<void>((resolve) => next(false, {
    reload () {
      resolve()
      throw new Error('it has ended')
    }
  }))
  forked[0]!.end(1)
  await untilForked(3)
  await workers.reload()
  await forked[2]!.ask('ready')
  await reloaded
})
