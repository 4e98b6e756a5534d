import t from 'tap'
import { splitInfluxLogin } from '#lib/config/influx-login.js'

t.test('the login of INFLUX_URL becomes settings of its own', async (t) => {
  const cases: Array<[Record<string, string>, Record<string, string | undefined>]> = [
    [
      { INFLUX_URL: 'http://mon:pw@host:8086/db' },
      { INFLUX_URL: 'http://host:8086/db', INFLUX_USERNAME: 'mon', INFLUX_PASSWORD: 'pw' }
    ],
    [
      { INFLUX_URL: 'https://m%40n:p%3Aw@[::1]/' },
      { INFLUX_URL: 'https://[::1]/', INFLUX_USERNAME: 'm@n', INFLUX_PASSWORD: 'p:w' }
    ],
    [
      { INFLUX_URL: 'http://mon:p@w@host' },
      { INFLUX_URL: 'http://host', INFLUX_USERNAME: 'mon', INFLUX_PASSWORD: 'p@w' }
    ],
    [
      { INFLUX_URL: 'http://mon@host', INFLUX_PASSWORD: 'pw' },
      { INFLUX_URL: 'http://host', INFLUX_USERNAME: 'mon', INFLUX_PASSWORD: 'pw' }
    ],
    [
      { INFLUX_URL: 'http://mon@host' },
      { INFLUX_URL: 'http://host', INFLUX_USERNAME: 'mon', INFLUX_PASSWORD: undefined }
    ],
    // Another user's password is not sent with it.
    [
      { INFLUX_URL: 'http://mon:pw@host', INFLUX_USERNAME: 'ann' },
      { INFLUX_URL: 'http://host', INFLUX_USERNAME: 'ann' }
    ]
  ]
  for (const [env, expected] of cases) t.strictSame(splitInfluxLogin(env), expected)
})

t.test('an environment without such a login is not changed', async (t) => {
  const urls = [
    'http://host', 'http://host/@me', 'http://@host', 'http://:pw@host', 'http://m%zz:pw@host',
    'http://mon:p%zz@host', 'no URL'
  ]
  for (const INFLUX_URL of urls) t.strictSame(splitInfluxLogin({ INFLUX_URL }), { INFLUX_URL })
  t.strictSame(splitInfluxLogin({}), {})
})
