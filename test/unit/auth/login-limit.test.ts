import t from 'tap'
import { createLoginLimit } from '#lib/auth/login-limit.js'

t.test('allows ten logins in a minute from the first, for each address', async (t) => {
  const clock = { time: 1_000_000 }
  const count = createLoginLimit(() => clock.time)
  t.same(Array.from({ length: 11 }, () => count('a')), [...Array(10).fill(0), 60])
  t.equal(count('b'), 0)
  clock.time += 30_500
  t.equal(count('a'), 30)
  clock.time += 29_500
  t.equal(count('a'), 0)
})

t.test('starts anew where the clock was set back', async (t) => {
  const clock = { time: 1_000_000 }
  const count = createLoginLimit(() => clock.time)
  for (let n = 0; n < 11; n++) count('a')
  clock.time -= 60_000
  t.equal(count('a'), 0)
})
