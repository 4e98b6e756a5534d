import { check } from 'recheck'
import t from 'tap'
import { collectPatterns } from './patterns.js'

// The checker in JavaScript: the other backends are native programs, or need Java.
process.env.RECHECK_BACKEND = 'pure'

t.test('the checker finds patterns that take more than linear time', async (t) => {
  for (const source of ['^(a+)+$', '\\/+$', '^(a|a)*$']) {
    t.equal((await check(source, '')).status, 'vulnerable', source)
  }
})

t.test('every regular expression of the service takes linear time', async (t) => {
  const patterns = collectPatterns()
  t.ok(patterns.some(({ location }) => location.startsWith('schemas/common.ts')))
  t.ok(patterns.length > 20, `${patterns.length} expressions`)
  for (const { location, source, flags } of patterns) {
    // A busy machine takes longer than the default.
    const { status } = await check(source, flags, { timeout: 300_000 })
    t.equal(status, 'safe', `${location} ${source}`)
  }
})
