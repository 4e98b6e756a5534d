import t from 'tap'
import { logOutages } from '#lib/redis/outage-log.js'

/** What is told of this, one thing after the other. */
function told (...things: Array<'ready' | Error>) {
  const lines: string[] = []
  const { ready, failed } = logOutages({
    info: () => { lines.push('there') },
    warn: (facts, message) => { lines.push(`${/gone|refuses/.exec(message)} ${JSON.stringify(facts)}`) }
  })
  for (const thing of things) thing === 'ready' ? ready() : failed(thing)
  return lines
}

const refusal = (message: string) => Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'auth', args: ['secret'] } })
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })

t.test('an outage is told once, and so is its end', async (t) => {
  t.same(told('ready', 'ready', refused, new Error('Command timed out'), refused, 'ready', refused), [
    'there', 'gone {"reason":"connect ECONNREFUSED 127.0.0.1:1"}', 'there', 'gone {"reason":"connect ECONNREFUSED 127.0.0.1:1"}'
  ])
})

t.test('what Redis refuses is told once a connection, and never in its words', async (t) => {
  const unknown = refusal('ERR unknown command \'auth\', with args beginning with: \'secret\'')
  t.same(told(unknown, unknown, 'ready', refusal('OOM command not allowed'), refusal('OOM command not allowed'), refused, refusal('NOAUTH Authentication required.')), [
    'refuses {"reason":"ERR"}', 'there', 'refuses {"reason":"OOM"}', 'gone {"reason":"connect ECONNREFUSED 127.0.0.1:1"}'
  ])
})

t.test('a failure without a message is told by its code', async (t) => {
  t.same(told(Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })), ['gone {"reason":"ECONNREFUSED"}'])
})
