import t from 'tap'
import { bounds } from '../../../lib/influx/bounds.js'
import { joinReads, partReads } from '../../../lib/influx/join.js'
import type { Read } from '../../../lib/influx/join.js'
import { readTogether } from '../../../lib/influx/read.js'

const hour = { start: 0, end: 3_600, step: 60 }
const read = (instance: string, measurement = 'cpu', window = hour): Read => ({ measurement, perDevice: false, instance, window })
const many = (count: number) => Array.from({ length: count }, (_, i) => read(`i${i}`))
const inShort = ({ statements, places }: ReturnType<typeof joinReads>) =>
  [statements.map(({ measurement, window, instances }) => `${measurement} ${window.step} ${[...instances]}`), places]

t.test('joins what differs in the instance alone, and reads once what is identical', (t) => {
  const reads = [read('a'), read('a', 'mem'), read('b'), read('a'), read('b', 'cpu', { ...hour, step: 61 }), read('b', 'mem'), read('b')]
  t.same(inShort(joinReads(reads, bounds)), [['cpu 60 a,b', 'mem 60 a,b', 'cpu 61 b'], [0, 1, 0, 0, 2, 1, 0]])
  for (const other of [{ start: 60 }, { end: 3_660 }]) {
    t.equal(joinReads([read('a'), read('a', 'cpu', { ...hour, ...other })], bounds).statements.length, 2)
  }
  t.end()
})

t.test('joins what is read of one project alone, and what is read of whichever', (t) => {
  const of = (project: string | undefined, instance: string) => ({ ...read(instance), project })
  const { statements, places } = joinReads([of('p', 'a'), of('q', 'a'), of(undefined, 'a'), of('p', 'b'), of('q', 'b'), of('p', 'a'), of('undefined', 'a')], bounds)
  t.same(statements.map(({ project, instances }) => [project, [...instances]]), [['p', ['a', 'b']], ['q', ['a', 'b']], [undefined, ['a']], ['undefined', ['a']]])
  t.same(places, [0, 1, 2, 0, 1, 0, 3])
  t.end()
})

t.test('takes the first reads that there is room for, and one at least', (t) => {
  const taken = (reads: Read[], most: object) => inShort(joinReads(reads, { ...bounds, ...most }))
  t.same(taken(many(5), { instances: 2 }), [['cpu 60 i0,i1', 'cpu 60 i2,i3', 'cpu 60 i4'], [0, 0, 1, 1, 2]], 'instances of a statement')
  t.same(taken(many(5), { instances: 2, statements: 2 })[1], [0, 0, 1, 1], 'statements')
  t.same(taken([read('a'), read('a', 'mem'), read('b')], { statements: 1 })[1], [0], 'none overtakes another')
  t.same(taken([read('a'), read('b'), read('a'), read('c'), read('b')], { instances: 1, statements: 2 })[1], [0, 1, 0], 'those who share take no room')
  t.same(taken(many(5), { work: 3 * (60 + 12) })[1], [0, 0, 0], 'work')
  t.same(taken([read('a', 'cpu', { start: 0, end: 600_000, step: 60 }), read('b')], {})[1], [0], 'one that is more than a request should be goes alone')
  t.ok(taken(many(100), { bytes: 5_000 })[1]!.length < 45, 'bytes')
  t.end()
})

t.test('a request is no longer than was reckoned, whatever the ids are', async (t) => {
  for (const id of ['a'.repeat(36), 'é', '"\\', '😀\0', '\ud800']) {
    for (const [instances, perDevice, project] of [[1, true], [bounds.instances, false], [1, true, 'p'.repeat(64)]] as const) {
      const reads = Array.from({ length: 2_000 }, (_, i) => ({ ...read(`${i}${id.repeat(20)}`, `measurement.${i % 7}`), perDevice, project, window: { start: i, end: i + 1, step: 1 } }))
      for (const one of reads) if (instances > 1) one.window = { start: 0, end: 1, step: 1 }
      const most = { ...bounds, statements: 1_000, instances, bytes: 20_000 }
      const { places } = joinReads(reads, most)
      let length = 0
      await t.rejects(readTogether(async (_, { body }) => {
        length = body!.length
        throw new Error('sent')
      }, { url: '', database: '' }, reads.slice(0, places.length), most, () => {}), /sent/)
      t.ok(length <= 20_000 + 100 && length > 5_000, `${places.length} reads are ${length} bytes`)
    }
  }
})

t.test('parts what failed by its statements, and one statement by its instances', (t) => {
  const [a, b, c, d] = [read('a'), read('b'), read('a', 'mem'), read('a')]
  t.same(partReads([a, b, c, d], bounds), [[a, b, d], [c]])
  t.same(partReads([a, b, d], bounds), [[a, d], [b]])
  t.same(partReads([a, d], bounds), [[a, d]])
  t.same(partReads([a, b, c, d, read('a', 'net')], { ...bounds, parts: 2 }), [[a, b, c, d], [read('a', 'net')]])
  t.same(partReads(['a', 'b', 'c', 'd', 'e'].map((id) => read(id)), { ...bounds, parts: 3 }).map((part) => part.length), [2, 2, 1])
  t.end()
})
