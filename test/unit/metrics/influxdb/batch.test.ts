import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { currentContext, runInContext } from '#lib/context/request-context.js'
import { UpstreamError } from '#lib/errors.js'
import { createBatch } from '#lib/metrics/influxdb/batch.js'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import type { SeriesRequest } from '#lib/metrics/influxdb/batch-plan.js'
import { StatementFailed } from '#lib/metrics/influxdb/errors.js'

const parse = (text: string): SeriesRequest => {
  const [measurement = '', instance = ''] = text.split(' ')
  return { measurement, perDevice: false, instance, window: { start: 0, end: 60, step: 60 } }
}
const nameOf = ({ measurement, instance }: SeriesRequest) => `${measurement} ${instance}`

type Options = Partial<typeof defaultBatchLimits> & { fail?: (names: string[]) => Error | undefined }

/**
 * A batch over a simulated database. A request results in the names of its reads, or in the error that `fail`
 * returns for them; without `fail` it waits for `respond`.
 */
function startBatch ({ fail, ...limits }: Options = {}) {
  const sent: string[][] = []
  const pending: Array<() => void> = []
  const { read, queued } = createBatch<string>(async (reads) => {
    const names = reads.map(nameOf)
    sent.push(names)
    if (fail === undefined) await new Promise<void>((resolve) => { pending.push(resolve) })
    const err = fail?.(names)
    if (err !== undefined) throw err
    return names
  }, { ...defaultBatchLimits, maxWaitMs: 60_000, ...limits })

  /** Ends the oldest request, and lets the work run that follows from it. */
  const respond = async () => {
    pending.shift()!()
    await nextTurn()
    await nextTurn()
  }
  return { read: (text: string) => read(parse(text)), queued, sent, respond }
}

/** The value or the error message of each read. */
const outcomesOf = async (reads: Array<Promise<string>>) =>
  (await Promise.allSettled(reads)).map(
    (read) => read.status === 'fulfilled' ? read.value : read.reason.message
  )
const statementFailed = new StatementFailed('metrics', 'invalid', 'failed')
const failed = 'metrics: failed'

t.test('a lone read is sent at the end of its turn of the event loop', async (t) => {
  const { read, sent, respond } = startBatch()
  const result = read('cpu a')
  t.same(sent, [], 'others of the same turn may follow')
  await nextTurn()
  t.same(sent, [['cpu a']])
  await respond()
  t.equal(await result, 'cpu a')
})

t.test('reads of one turn share a request, and each has its own result', async (t) => {
  const { read, sent, respond } = startBatch()
  const names = ['cpu a', 'mem a', 'cpu b', 'cpu a']
  const results = names.map(read)
  await nextTurn()
  t.same(sent, [names])
  await respond()
  t.same(await Promise.all(results), names)
})

t.test('at the concurrency limit, reads are queued until a request ends, and then share one', async (t) => {
  const { read, sent, respond } = startBatch({ concurrency: 2 })
  const results = []
  for (const name of ['cpu a', 'cpu b', 'cpu c', 'cpu d']) {
    results.push(read(name))
    await nextTurn()
  }
  t.same(sent, [['cpu a'], ['cpu b']])
  await respond()
  t.same(sent, [['cpu a'], ['cpu b'], ['cpu c', 'cpu d']])
  await respond()
  await respond()
  t.same(await Promise.all(results), ['cpu a', 'cpu b', 'cpu c', 'cpu d'])
})

t.test('reads beyond a request\'s limits are sent with the next one, in their order', async (t) => {
  const { read, sent, respond } = startBatch({ concurrency: 1, instances: 2, statements: 1 })
  const results = ['cpu a', 'cpu b', 'cpu c', 'mem a', 'cpu d'].map(read)
  await nextTurn()
  for (let request = 0; request < 4; request++) await respond()
  t.same(sent, [['cpu a', 'cpu b'], ['cpu c'], ['mem a'], ['cpu d']])
  t.same(await Promise.all(results), ['cpu a', 'cpu b', 'cpu c', 'mem a', 'cpu d'])
})

t.test('a request has the context of its first reader, and not of an earlier request', async (t) => {
  const contexts: unknown[] = []
  const pending: Array<() => void> = []
  const { read } = createBatch<string>(async (reads) => {
    contexts.push(currentContext()?.id)
    await new Promise<void>((resolve) => { pending.push(resolve) })
    return reads.map(nameOf)
  }, { ...defaultBatchLimits, concurrency: 1, maxWaitMs: 60_000 })
  const results = []
  for (const id of ['one', 'two', 'three']) {
    results.push(runInContext({ id }, () => read(parse(`cpu ${id}`))))
    await nextTurn()
  }
  t.same(contexts, ['one'])
  pending[0]!()
  await nextTurn()
  await nextTurn()
  t.same(contexts, ['one', 'two'])
  pending[1]!()
  t.same(await Promise.all(results), ['cpu one', 'cpu two', 'cpu three'])
})

t.test('queued reads are sent after the maximum wait, even if no request ends', async (t) => {
  const { read, sent } = startBatch({ concurrency: 1, instances: 1, statements: 1, maxWaitMs: 10 })
  for (const name of ['cpu a', 'cpu b', 'cpu c']) read(name)
  await nextTurn()
  t.same(sent, [['cpu a']])
  for (let i = 0; sent.length < 3 && i < 500; i++) await sleep(10)
  t.same(sent, [['cpu a'], ['cpu b'], ['cpu c']])
})

t.test('a bad read fails alone', async (t) => {
  const fail = (names: string[]) => names.includes('cpu b') ? statementFailed : undefined
  const { read, sent } = startBatch({ fail })
  const results = ['cpu a', 'cpu b', 'cpu c', 'mem a', 'mem b', 'cpu a'].map(read)
  t.same(await outcomesOf(results), ['cpu a', failed, 'cpu c', 'mem a', 'mem b', 'cpu a'])
  t.same(sent, [
    ['cpu a', 'cpu b', 'cpu c', 'mem a', 'mem b', 'cpu a'],
    ['cpu a', 'cpu b', 'cpu c', 'cpu a'], ['mem a', 'mem b'],
    ['cpu a', 'cpu a'], ['cpu b'], ['cpu c']
  ])
  t.same(await outcomesOf([read('cpu b')]), [failed])
  t.equal(sent.length, 7, 'a lone read is not retried')
})

t.test('where every read fails, each is sent alone at most once, and each statement once', async (t) => {
  const { read, sent } = startBatch({ fail: () => statementFailed })
  const results = ['cpu a', 'cpu b', 'mem a', 'mem b', 'net a'].map(read)
  t.same(new Set(await outcomesOf(results)), new Set([failed]))
  t.equal(sent.length, 1 + 3 + 4)
})

t.test('one bad read in the largest batch is found within the retry budget', async (t) => {
  const { statements, instances, retries } = defaultBatchLimits
  const names = Array.from({ length: statements * instances }, (_, i) =>
    `m${i % statements} ${Math.floor(i / statements)}`)
  for (const bad of [names[0]!, names.at(-1)!]) {
    const fail = (batch: string[]) => batch.includes(bad) ? statementFailed : undefined
    const { read, sent } = startBatch({ fail, bytes: Infinity })
    t.same(await outcomesOf(names.map(read)), names.map((name) => name === bad ? failed : name))
    t.ok(sent.length <= 1 + retries, `${sent.length} requests`)
  }
})

t.test('where many reads of a batch are bad, the retry budget ends the search', async (t) => {
  const { read, sent } = startBatch({ fail: () => statementFailed })
  const names = Array.from({ length: 400 }, (_, i) => `m${i % 40} ${i}`)
  t.same(await outcomesOf(names.map(read)), Array(400).fill(failed))
  t.ok(sent.length > 1 && sent.length <= 1 + defaultBatchLimits.retries, `${sent.length} requests`)
})

t.test('a read fails with queue-full when the queue is at its limit', async (t) => {
  const { read, queued, sent, respond } = startBatch({ concurrency: 1, queued: 2 })
  const first = read('cpu a')
  await nextTurn()
  const others = ['cpu b', 'cpu c'].map(read)
  t.equal(queued(), 2)
  await t.rejects(read('cpu d'), { name: 'UpstreamError', upstream: 'metrics', reason: 'queue-full' })
  await respond()
  await respond()
  t.same(await Promise.all([first, ...others]), ['cpu a', 'cpu b', 'cpu c'])
  t.equal(sent.length, 2)
})

t.test('a failure that affects all statements is not retried', async (t) => {
  for (const reason of ['timeout', 'unreachable', 'refused'] as const) {
    const { read, sent } = startBatch({ fail: () => new UpstreamError('metrics', reason, reason) })
    t.same(await outcomesOf(['cpu a', 'mem b'].map(read)), Array(2).fill(`metrics: ${reason}`))
    t.equal(sent.length, 1)
  }
})

t.test('queued reads are sent after a failed request', async (t) => {
  const fail = ([name]: string[]) => name === 'cpu a' ? statementFailed : undefined
  const { read, sent } = startBatch({ concurrency: 1, instances: 1, statements: 1, fail })
  t.same(await outcomesOf(['cpu a', 'cpu b'].map(read)), [failed, 'cpu b'])
  t.equal(sent.length, 2)
})
