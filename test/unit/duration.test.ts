import t from 'tap'
import { formatDuration, parseDuration } from '#lib/duration.js'

const seconds: Record<string, number> = {
  '15s': 15,
  '10m': 600,
  '2h': 7_200,
  '1d': 86_400,
  '1w': 604_800,
  '1h30m': 5_400,
  '30m1h': 5_400,
  '1m1m': 120,
  '007s': 7,
  '3650d': 315_360_000
}

for (const [text, expected] of Object.entries(seconds)) {
  t.test(`reads ${text}`, async (t) => t.equal(parseDuration(text), expected))
}

for (const text of [
  '',
  '0s',
  '0h0m',
  '-1m',
  '1.5m',
  '15',
  'm',
  '1y',
  '500ms',
  '1M',
  ' 1m',
  '1m ',
  '1m,',
  '3651d',
  '99999999999s',
  '1s'.repeat(9)
]) {
  t.test(
    `takes ${JSON.stringify(text)} for no duration`, async (t) => t.equal(parseDuration(text), undefined)
  )
}

t.test('writes seconds in the largest unit that divides them', async (t) => {
  t.same([1, 55, 60, 90, 7_200, 86_400, 604_800].map(formatDuration), [
    '1s', '55s', '1m', '90s', '2h', '1d', '1w'
  ])
})
