import t from 'tap'
import { logOutages } from '#lib/redis/outage-log.js'

/** The lines that are logged for these events, one after another. */
function linesOf (...events: Array<'ready' | Error>) {
  const lines: string[] = []
  const { ready, failed } = logOutages({
    info: () => { lines.push('available') },
    warn: (facts, message) => {
      lines.push(`${/unavailable|rejects/.exec(message)} ${JSON.stringify(facts)}`)
    }
  })
  for (const event of events) event === 'ready' ? ready() : failed(event)
  return lines
}

const replyError = (message: string) =>
  Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'auth', args: ['secret'] } })
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })

t.test('logs an outage once, and its end', async (t) => {
  t.same(linesOf('ready', 'ready', refused, new Error('Command timed out'), refused, 'ready', refused), [
    'available', 'unavailable {"reason":"connect ECONNREFUSED 127.0.0.1:1"}',
    'available', 'unavailable {"reason":"connect ECONNREFUSED 127.0.0.1:1"}'
  ])
})

t.test('logs a rejected command once a connection, without Redis\' own text', async (t) => {
  const unknown = replyError('ERR unknown command \'auth\', with args beginning with: \'secret\'')
  const outOfMemory = replyError('OOM command not allowed')
  const noAuth = replyError('NOAUTH Authentication required.')
  t.same(linesOf(unknown, unknown, 'ready', outOfMemory, outOfMemory, refused, noAuth), [
    'rejects {"reason":"ERR"}', 'available', 'rejects {"reason":"OOM"}',
    'unavailable {"reason":"connect ECONNREFUSED 127.0.0.1:1"}'
  ])
})

t.test('logs the code of an error without a message', async (t) => {
  const error = Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })
  t.same(linesOf(error), ['unavailable {"reason":"ECONNREFUSED"}'])
})
