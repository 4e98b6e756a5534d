import t from 'tap'
import { traceHeaders, traceIn } from '../../lib/trace-context.js'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const good = `00-${id}-00f067aa0ba902b7-01`

t.test('reads the trace that a caller tells of', async (t) => {
  t.same(traceIn({ traceparent: good }), { id, flags: '01', state: undefined })
  t.same(traceIn({ traceparent: good, tracestate: 'a=1, b@c=2 ,,d=x y' }), { id, flags: '01', state: 'a=1,b@c=2,d=x y' })
  t.match(traceIn({ traceparent: good.replace(/..$/, 'ff') }), { flags: '03' }, 'flags that are not known are not passed on')
  for (const later of [good.replace('00', 'cc'), `${good.replace('00', 'cc')}-and-more`]) t.match(traceIn({ traceparent: later }), { id, flags: '01' })
})

t.test('takes what is malformed for nothing', async (t) => {
  const malformed = [
    undefined, '', 'x', `${good} `, ` ${good}`, `${good}-`, `${good}-more`, good.toUpperCase(), good.replace('00-', 'ff-'), good.replace('00-', '0-'),
    good.replace(id, '0'.repeat(32)), good.replace('00f067aa0ba902b7', '0'.repeat(16)), good.replace(id, id.slice(1)), good.replace('-01', '-1'),
    good.replace('-01', '-0g'), good.replaceAll('-', '_'), `${good}, ${good}`, `${good.replace('00-', 'cc-')}x`, [good]
  ]
  for (const traceparent of malformed) t.equal(traceIn({ traceparent, tracestate: 'a=1' }), undefined, String(traceparent))
})

t.test('passes a state on that is well-formed, and without it the trace alone', async (t) => {
  const states: Array<[string | undefined, string | undefined]> = [
    ['a=1', 'a=1'],
    ['0a/_-*@b=1', '0a/_-*@b=1'],
    [Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(), Array.from({ length: 32 }, (_, n) => `k${n}=1`).join()],
    [Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(), undefined],
    ['a=1,a=2', undefined],
    ['A=1', undefined],
    ['a', undefined],
    ['a=', undefined],
    ['a=1=2', undefined],
    ['a=\u00e9', undefined],
    [`a=${'x'.repeat(511)}`, undefined],
    [' , ', undefined],
    [undefined, undefined]
  ]
  for (const [tracestate, state] of states) t.same(traceIn({ traceparent: good, tracestate }), { id, flags: '01', state }, String(tracestate))
})

t.test('tells an upstream of it, each call by an id of its own', async (t) => {
  const [one, other] = [1, 2].map(() => traceHeaders({ id, flags: '01', state: 'a=1' }))
  t.match(one, { traceparent: new RegExp(`^00-${id}-[0-9a-f]{16}-01$`), tracestate: 'a=1' })
  t.not(one!.traceparent, other!.traceparent)
  t.match(traceIn(one!), { id, state: 'a=1' })
  t.notOk('tracestate' in traceHeaders({ id, flags: '00' }))
})
