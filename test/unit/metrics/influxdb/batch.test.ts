import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { createBatch } from '#lib/metrics/influxdb/batch.js'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { StatementFailed } from '#lib/metrics/influxdb/errors.js'
import type { SeriesRequest } from '#lib/metrics/influxdb/batch-plan.js'
import { currentContext, runInContext } from '#lib/context/request-context.js'

const wanted = (text: string): SeriesRequest => {
  const [measurement = '', instance = ''] = text.split(' ')
  return { measurement, perDevice: false, instance, window: { start: 0, end: 60, step: 60 } }
}
const nameOf = ({ measurement, instance }: SeriesRequest) => `${measurement} ${instance}`

/**
 * A batch over a database that answers a request when it is told to: with the reads' own names, or with what
 * `fail` throws for them.
 */
function connect (
  { fail, ...limits }: Partial<typeof defaultBatchLimits> & {
    fail?: (names: string[]) => Error | undefined
  } = {}
) {
  const sent: string[][] = []
  const ends: Array<() => void> = []
  const { read, queued } = createBatch<string>(async (reads) => {
    const names = reads.map(nameOf)
    sent.push(names)
    if (fail === undefined) await new Promise<void>((resolve) => { ends.push(resolve) })
    const err = fail?.(names)
    if (err !== undefined) throw err
    return names
  }, { ...defaultBatchLimits, maxWaitMs: 60_000, ...limits })

  /** Ends the oldest request, and lets come what comes of it. */
  const end = async () => {
    ends.shift()!()
    await turn()
    await turn()
  }
  return { read: (text: string) => read(wanted(text)), queued, sent, end }
}

const outcomes = async (answers: Array<Promise<string>>) =>
  (await Promise.allSettled(answers)).map(
    (one) => one.status === 'fulfilled' ? one.value : one.reason.message
  )
const one = new StatementFailed('metrics', 'invalid', 'failed')

t.test('a lone read goes at once, in the turn that it comes in', async (t) => {
  const { read, sent, end } = connect()
  const answer = read('cpu a')
  t.same(sent, [], 'others of the same turn may come yet')
  await turn()
  t.same(sent, [['cpu a']])
  await end()
  t.equal(await answer, 'cpu a')
})

t.test('reads of a turn go together, and each has its own answer', async (t) => {
  const { read, sent, end } = connect()
  const answers = ['cpu a', 'mem a', 'cpu b', 'cpu a'].map(read)
  await turn()
  t.same(sent, [['cpu a', 'mem a', 'cpu b', 'cpu a']])
  await end()
  t.same(await Promise.all(answers), ['cpu a', 'mem a', 'cpu b', 'cpu a'])
})

t.test('reads are queued while enough requests are in flight, and then sent together', async (t) => {
  const { read, sent, end } = connect({ concurrency: 2 })
  const answers = []
  for (const name of ['cpu a', 'cpu b', 'cpu c', 'cpu d']) {
    answers.push(read(name))
    await turn()
  }
  t.same(sent, [['cpu a'], ['cpu b']])
  await end()
  t.same(sent, [['cpu a'], ['cpu b'], ['cpu c', 'cpu d']])
  await end()
  await end()
  t.same(await Promise.all(answers), ['cpu a', 'cpu b', 'cpu c', 'cpu d'])
})

t.test('what one request has no room for goes with the next, in the order that it came in', async (t) => {
  const { read, sent, end } = connect({ concurrency: 1, instances: 2, statements: 1 })
  const answers = ['cpu a', 'cpu b', 'cpu c', 'mem a', 'cpu d'].map(read)
  await turn()
  for (let request = 0; request < 4; request++) await end()
  t.same(sent, [['cpu a', 'cpu b'], ['cpu c'], ['mem a'], ['cpu d']])
  t.same(await Promise.all(answers), ['cpu a', 'cpu b', 'cpu c', 'mem a', 'cpu d'])
})

t.test('a request is for the first of those who wait for it, and not for whom one has ended', async (t) => {
  const sent: unknown[] = []
  const ends: Array<() => void> = []
  const { read } = createBatch<string>(async (reads) => {
    sent.push(currentContext()?.id)
    await new Promise<void>((resolve) => { ends.push(resolve) })
    return reads.map(nameOf)
  }, { ...defaultBatchLimits, concurrency: 1, maxWaitMs: 60_000 })
  const answers = []
  for (const id of ['one', 'two', 'three']) {
    answers.push(runInContext({ id }, () => read(wanted(`cpu ${id}`))))
    await turn()
  }
  t.same(sent, ['one'])
  ends[0]!()
  await turn()
  await turn()
  t.same(sent, ['one', 'two'])
  ends[1]!()
  t.same(await Promise.all(answers), ['cpu one', 'cpu two', 'cpu three'])
})

t.test('reads do not wait forever for requests that do not end', async (t) => {
  const { read, sent } = connect({ concurrency: 1, instances: 1, statements: 1, maxWaitMs: 10 })
  for (const name of ['cpu a', 'cpu b', 'cpu c']) read(name)
  await turn()
  t.same(sent, [['cpu a']])
  for (let i = 0; sent.length < 3 && i < 500; i++) await sleep(10)
  t.same(sent, [['cpu a'], ['cpu b'], ['cpu c']])
})

t.test('one that fails does so alone', async (t) => {
  const bad = (names: string[]) => names.includes('cpu b') ? one : undefined
  const { read, sent } = connect({ fail: bad })
  const answers = ['cpu a', 'cpu b', 'cpu c', 'mem a', 'mem b', 'cpu a'].map(read)
  t.same(await outcomes(answers), ['cpu a', 'metrics: failed', 'cpu c', 'mem a', 'mem b', 'cpu a'])
  t.same(sent, [
    ['cpu a', 'cpu b', 'cpu c', 'mem a', 'mem b', 'cpu a'],
    ['cpu a', 'cpu b', 'cpu c', 'cpu a'], ['mem a', 'mem b'],
    ['cpu a', 'cpu a'], ['cpu b'], ['cpu c']
  ])
  t.same(await outcomes([read('cpu b')]), ['metrics: failed'])
  t.equal(sent.length, 7, 'a lone one is not asked for again')
})

t.test('where every read fails, the retries are bounded by reads and statements', async (t) => {
  const { read, sent } = connect({ fail: () => one })
  const answers = ['cpu a', 'cpu b', 'mem a', 'mem b', 'net a'].map(read)
  t.same(new Set(await outcomes(answers)), new Set(['metrics: failed']))
  t.equal(sent.length, 1 + 3 + 4)
})

t.test('one that fails among as many as a request has room for is found by few requests', async (t) => {
  const names = Array.from(
    { length: defaultBatchLimits.statements * defaultBatchLimits.instances },
    (_, i) => `m${i % defaultBatchLimits.statements} ${Math.floor(i / defaultBatchLimits.statements)}`
  )
  for (const bad of [names[0]!, names.at(-1)!]) {
    const { read, sent } = connect({
      fail: (names) => names.includes(bad) ? one : undefined, bytes: Infinity
    })
    t.same(await outcomes(names.map(read)), names.map((name) => name === bad ? 'metrics: failed' : name))
    t.ok(sent.length <= 1 + defaultBatchLimits.retries, `${sent.length} requests`)
  }
})

t.test('where many reads of a batch fail, the search for them is bounded', async (t) => {
  const { read, sent } = connect({ fail: () => one })
  const names = Array.from({ length: 400 }, (_, i) => `m${i % 40} ${i}`)
  t.same(await outcomes(names.map(read)), Array(400).fill('metrics: failed'))
  t.ok(sent.length > 1 && sent.length <= 1 + defaultBatchLimits.retries, `${sent.length} requests`)
})

t.test('so many may wait and no more', async (t) => {
  const { read, queued: length, sent, end } = connect({ concurrency: 1, queued: 2 })
  const first = read('cpu a')
  await turn()
  const queued = ['cpu b', 'cpu c'].map(read)
  t.equal(length(), 2)
  await t.rejects(read('cpu d'), { name: 'UpstreamError', upstream: 'metrics', reason: 'queue-full' })
  await end()
  await end()
  t.same(await Promise.all([first, ...queued]), ['cpu a', 'cpu b', 'cpu c'])
  t.equal(sent.length, 2)
})

t.test('a failure that is of all is not asked for again', async (t) => {
  for (const reason of ['timeout', 'unreachable', 'refused'] as const) {
    const { read, sent } = connect({ fail: () => new UpstreamError('metrics', reason, reason) })
    t.same(await outcomes(['cpu a', 'mem b'].map(read)), Array(2).fill(`metrics: ${reason}`))
    t.equal(sent.length, 1)
  }
})

t.test('what waits goes on after a failure', async (t) => {
  const { read, sent } = connect({
    concurrency: 1, instances: 1, statements: 1, fail: ([name]) => name === 'cpu a' ? one : undefined
  })
  t.same(await outcomes(['cpu a', 'cpu b'].map(read)), ['metrics: failed', 'cpu b'])
  t.equal(sent.length, 2)
})
