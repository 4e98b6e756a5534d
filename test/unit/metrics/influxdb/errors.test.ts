import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { affectsAllStatements, statementError } from '#lib/metrics/influxdb/errors.js'

t.test('an error is about one statement, or affects all statements of its request', (t) => {
  const errors: Array<[unknown, boolean]> = [
    [statementError('database not found: mon'), true],
    [statementError('retention policy not found: month'), true],
    [statementError('max-concurrent-queries limit exceeded(20, 20)'), true],
    [statementError('query-timeout limit exceeded'), true],
    [statementError('max-select-buckets limit exceeded: (61/60)'), false],
    [new UpstreamError('metrics', 'invalid', 'returned 400', { status: 400 }), false],
    [new UpstreamError('metrics', 'invalid', 'returned no JSON', { status: 200 }), false],
    [new UpstreamError('metrics', 'invalid', 'returned 503', { status: 503 }), true],
    [new UpstreamError('metrics', 'timeout', 'did not respond in time', { status: 400 }), true],
    [new UpstreamError('metrics', 'refused', 'rejected the credential', { status: 401 }), true],
    [new UpstreamError('metrics', 'timeout', 'did not respond in time'), true],
    [new UpstreamError('metrics', 'unreachable', 'cannot be reached'), true],
    [new TypeError('a bug'), false]
  ]
  for (const [err, expected] of errors) t.equal(affectsAllStatements(err), expected, String(err))
  t.end()
})
