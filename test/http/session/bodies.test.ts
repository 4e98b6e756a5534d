import type { AddressInfo } from 'node:net'
import t from 'tap'
import { byPassword, startSessionService } from '#test/support/session-client.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const login = byPassword('demo')
const text = JSON.stringify(login)

/** A body of exactly so many bytes, and otherwise valid. */
const ofLength = (length: number) => text.padEnd(length)

t.test('rejects hostile bodies, and quotes nothing of them', async (t) => {
  const { browser, count, clock } = await startSessionService(t)
  const secret = 'a-secret-of-the-user'
  const bodies: Record<string, string> = {
    'not JSON': `{"password":"${secret}`,
    'an HTML page': `<p>${secret}</p>`,
    'a list': JSON.stringify([login]),
    'a text': JSON.stringify(secret),
    null: 'null',
    'a number': '1',
    'no method': JSON.stringify({ ...login, method: undefined }),
    'another method': JSON.stringify({ ...login, method: secret }),
    'the fields of another method': JSON.stringify({ ...login, method: 'token' }),
    'a further field': JSON.stringify({ ...login, [secret]: 1 }),
    'neither password nor passcode': JSON.stringify({ ...login, password: undefined }),
    'an empty password': JSON.stringify({ ...login, password: '' }),
    'a number for the user': JSON.stringify({ ...login, user: 1 }),
    'an object for the user': JSON.stringify({ ...login, user: { id: secret } }),
    'a list for the domain': JSON.stringify({ ...login, domain: [secret] }),
    'a long user': JSON.stringify({ ...login, user: secret.repeat(20) }),
    'a prototype': text.replace('{', `{"__proto__":{"password":"${secret}"},`),
    'a constructor': text.replace('{', '{"constructor":{"prototype":{"isAdmin":true}},'),
    'deep lists': '['.repeat(8_000),
    'deep closed lists': `${'['.repeat(4_000)}${']'.repeat(4_000)}`,
    'deep objects': '{"a":'.repeat(1_600),
    'a deep field': text.replace('"Default"', `${'['.repeat(3_500)}${']'.repeat(3_500)}`),
    'bytes of no text': '\u0000\ufffe'
  }
  const before = count('identity')
  for (const [name, body] of Object.entries(bodies)) {
    const response = await browser().signIn(body as unknown as object)
    t.match(response.json(), {
      status: 400,
      detail: 'body must have the fields of this request.',
      errors: [{ parameter: 'body' }]
    }, name)
    t.notMatch(response.body, secret, name)
    clock.time += 60_000
  }
  t.equal(({} as { isAdmin?: true }).isAdmin, undefined)
  t.equal(count('identity'), before, 'none reaches Keystone')
  t.match((await browser().send('POST', '/ui/session', {
    headers: { 'content-type': 'application/json' }
  })).json(), { status: 400 }, 'no body at all')
})

t.test('takes 8 KiB, and no byte more', async (t) => {
  const { browser } = await startSessionService(t)
  t.equal((await browser().signIn(ofLength(8_192) as unknown as object)).statusCode, 200)
  const rejected = await browser().signIn(ofLength(8_193) as unknown as object)
  t.match(rejected.json(), { status: 413, detail: 'The body must not be longer than 8192 bytes.' })
})

t.test('reads bodies of any framing, and closes the connection after each', async (t) => {
  const { app } = await startSessionService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const head = [
    'POST /ui/session HTTP/1.1', 'Host: localhost', 'Sec-Fetch-Site: same-origin',
    'Content-Type: application/json'
  ]
  const post = async (lines: string[], body: string, end = false) => {
    const received = await sendRaw(port, `${[...head, ...lines].join('\r\n')}\r\n\r\n${body}`, { end })
    return responsesIn(received)[0]
  }
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
  const chunked = (text: string) => `${chunk(text.slice(0, 10))}${chunk(text.slice(10))}0\r\n\r\n`
  const signedIn = await post(['Transfer-Encoding: chunked'], chunked(text))
  t.match(signedIn, { statusCode: 200, headers: { connection: 'close' } })
  const tooLarge = await post(['Transfer-Encoding: chunked'], chunked(ofLength(9_000)))
  t.equal(tooLarge?.statusCode, 413)
  const declared = await post(['Content-Length: 1000000'], 'x')
  t.equal(declared?.statusCode, 413, 'without waiting for it')
  t.match(await post(['Content-Length: 100'], 'x', true), { statusCode: 400 }, 'an incomplete one')
  const hidden = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const lines = [...head, `Content-Length: ${text.length}`, '', text + hidden]
  const answers = await sendRaw(port, lines.join('\r\n'))
  t.equal(responsesIn(answers).length, 1, 'no request hides behind a body')
})
