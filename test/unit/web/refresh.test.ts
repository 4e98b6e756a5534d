import t from 'tap'
import { isOld, parseInterval, waitAfterFailure, waitAfterSuccess } from '#web/lib/refresh.js'

t.test('an interval of the URL is one of the list, or the default', async (t) => {
  const cases = [['0', 0], ['10', 10], ['300', 300], ['7', 30], ['', 30], [null, 30], ['x', 30]] as const
  for (const [text, seconds] of cases) t.equal(parseInterval(text), seconds, String(text))
})

t.test('nothing is read again while it is fresh', async (t) => {
  t.equal(waitAfterSuccess(30, { age: 0, maxAge: 5 }), 30)
  t.equal(waitAfterSuccess(10, { age: 4, maxAge: 30 }), 26)
  t.equal(waitAfterSuccess(10, { age: 60, maxAge: 30 }), 10)
  t.equal(waitAfterSuccess(0, { age: 0, maxAge: 5 }), null, 'off')
})

t.test('failures are repeated ever later, to five minutes', async (t) => {
  t.equal(waitAfterFailure(1, 7, 0.5), 7)
  t.equal(waitAfterFailure(3, 7, 0.5), 28)
  t.equal(waitAfterFailure(99, 7, 0.5), 300)
  t.equal(waitAfterFailure(1, undefined, 0.5), 5)
  t.equal(waitAfterFailure(1, 900, 0.5), 900, 'the service asks for more')
  t.equal(waitAfterFailure(1, 10, 0), 9)
  t.equal(waitAfterFailure(1, 10, 1), 11)
})

t.test('data are old after twice what their response promises', async (t) => {
  t.equal(isOld(60, 30), false)
  t.equal(isOld(61, 30), true)
  t.equal(isOld(8, 0), false, 'a response that is not cached at all')
})
