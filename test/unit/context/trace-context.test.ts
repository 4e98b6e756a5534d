import t from 'tap'
import { parseTraceContext } from '#lib/context/trace-context.js'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const good = `00-${id}-00f067aa0ba902b7-01`
const forwarded = (traceparent: unknown, tracestate?: unknown) =>
  parseTraceContext({ traceparent, tracestate })?.headers

t.test('forwards the trace of a request unchanged', async (t) => {
  t.same(parseTraceContext({ traceparent: good }), { traceId: id, headers: { traceparent: good } })
  t.same(forwarded(good, 'a=1,b@c=2'), { traceparent: good, tracestate: 'a=1,b@c=2' })
  t.same(
    forwarded(good.replace(/..$/, 'ff')), { traceparent: good.replace(/..$/, '03') }, 'without unknown flags'
  )
  for (const later of [good.replace('00', 'cc'), `${good.replace('00', 'cc')}-and-more`]) {
    t.same(forwarded(later), { traceparent: good }, 'the known part of a later version')
  }
})

t.test('ignores a malformed traceparent', async (t) => {
  const malformed = [
    undefined, '', 'x', [good],
    `${good}-`, `${good}-more`, `${good}, ${good}`, `${good.replace('00-', 'cc-')}x`,
    good.toUpperCase(), good.replaceAll('-', '_'),
    good.replace('00-', 'ff-'), good.replace('00-', '0-'),
    good.replace(id, '0'.repeat(32)), good.replace(id, id.slice(1)),
    good.replace('00f067aa0ba902b7', '0'.repeat(16)),
    good.replace('-01', '-1'), good.replace('-01', '-0g')
  ]
  for (const traceparent of malformed) {
    t.equal(parseTraceContext({ traceparent, tracestate: 'a=1' }), undefined, String(traceparent))
  }
})

t.test('forwards the valid members of a tracestate', async (t) => {
  const members = (count: number) => Array.from({ length: count }, (_, n) => `k${n}=1`).join()
  const states: Array<[given: unknown, forwarded: string | undefined]> = [
    ['a=1', 'a=1'],
    ['0a/_-*@b=1', '0a/_-*@b=1'],
    ['a=1,A=2', 'a=1'],
    [members(32), members(32)],
    [members(33), members(32)],
    ['a', undefined],
    ['a=1=2', undefined],
    ['a=\u00e9', undefined],
    [`a=${'x'.repeat(511)}`, undefined],
    [' , ', undefined],
    [['a=1'], undefined],
    [undefined, undefined]
  ]
  for (const [given, state] of states) t.equal(forwarded(good, given)?.tracestate, state, String(given))
})
