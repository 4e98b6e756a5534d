import t from 'tap'
import { parseRedisUrl } from '#lib/redis/url.js'

const server = {
  cluster: false, sentinel: undefined, tls: false, database: 0, username: undefined, password: undefined
}
const sentinel = (own: object) => ({ username: undefined, password: undefined, ...own })

t.test('the parts of a URL are parsed', async (t) => {
  const urls: Record<string, object> = {
    'redis://cache': { ...server, nodes: [{ host: 'cache', port: 6379 }] },
    'redis://127.0.0.1:80/': { ...server, nodes: [{ host: '127.0.0.1', port: 80 }] },
    'rediss://[::1]:6380/3': { ...server, tls: true, database: 3, nodes: [{ host: '::1', port: 6380 }] },
    'redis://:p%40ss,w%2Frd@cache': {
      ...server, password: 'p@ss,w/rd', nodes: [{ host: 'cache', port: 6379 }]
    },
    'redis://ann:secret@cache:1': {
      ...server, username: 'ann', password: 'secret', nodes: [{ host: 'cache', port: 1 }]
    },
    'redis+cluster://one': { ...server, cluster: true, nodes: [{ host: 'one', port: 6379 }] },
    'rediss+cluster://:secret@one:1,two,[::1]:3': {
      ...server,
      cluster: true,
      tls: true,
      password: 'secret',
      nodes: [{ host: 'one', port: 1 }, { host: 'two', port: 6379 }, { host: '::1', port: 3 }]
    }
  }
  Object.assign(urls, {
    'redis+sentinel://one/main': {
      ...server, nodes: [{ host: 'one', port: 26379 }], sentinel: sentinel({ master: 'main' })
    },
    'redis+sentinel://one/main?': {
      ...server, nodes: [{ host: 'one', port: 26379 }], sentinel: sentinel({ master: 'main' })
    },
    'rediss+sentinel://ann:secret@one:1,[::1]/my.m-a_1/3?sentinelPassword=p%26%3D&sentinelUsername=bob': {
      ...server,
      tls: true,
      username: 'ann',
      password: 'secret',
      database: 3,
      nodes: [{ host: 'one', port: 1 }, { host: '::1', port: 26379 }],
      sentinel: sentinel({ master: 'my.m-a_1', username: 'bob', password: 'p&=' })
    }
  })
  for (const [url, address] of Object.entries(urls)) {
    t.same({ sentinel: undefined, ...parseRedisUrl(url) }, address, url)
  }
})

t.test('any other URL is rejected in one line that does not quote it', async (t) => {
  const urls = [
    'cache:6379', 'http://cache', 'redis:cache', 'redis://', 'redis:///3', 'redis://secret@cache',
    'redis://:secret@', 'redis://:%zz@cache', 'redis://:sec@ret@cache', 'redis://:secret@cache:port',
    'redis://:secret@cache:70000', 'redis://:secret@cache:0', 'redis://:secret@cache/name',
    'redis://:secret@cache/1/2', 'redis://:secret@cache?db=1', 'redis://:secret@cache#1',
    'redis://:secret@one,two', 'redis+cluster://:secret@one/1', 'redis+cluster://one,,two',
    'redis+sentinel://:secret@one', 'redis+sentinel://:secret@one/', 'redis+sentinel://one,,two/main',
    'redis+sentinel:///main', 'redis+sentinel://one/my master', 'redis+sentinel://one/ma%20in',
    'redis+sentinel://one/main/x', 'redis+sentinel://one/main/1/2', 'redis+sentinel://one:70000/main',
    'redis+sentinel://one/main?sentinelPassword=%zz', 'redis+sentinel://one/main?password=secret',
    'redis+sentinel://one/main?sentinelPassword=secret&sentinelPassword=secret',
    'redis+sentinel://one/main?sentinelPassword=sec=ret', 'redis+sentinel://one/main?sentinelUsername',
    'redis+sentinel://one?sentinelPassword=secret', 'redis://cache/1?sentinelPassword=secret',
    'redis+cluster://one?sentinelPassword=secret', 'redis+sentinels://one/main',
    'redis://ca che', 'redis+cluster://one,http://two', ' redis://cache', 'redis://cache\n'
  ]
  for (const url of urls) {
    t.throws(
      () => parseRedisUrl(url), { name: 'InvalidSetting', message: /^REDIS_URL must be redis:[^\n]*$/ }, url
    )
    t.throws(() => parseRedisUrl(url), { message: /^(?!.*secret)/ })
  }
})
