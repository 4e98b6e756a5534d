import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamName } from '#simulator/simulator.js'
import { each, unseen } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'
import { atFirst, drip, onTheWire, wire } from '#test/robustness/faults/faults.js'
import { fillBacklog } from '#test/robustness/faults/hang.js'
import { roles } from '#test/robustness/faults/site.js'

/** Where it makes a difference whether the login, a JSON document or lines of them are read. */
const some: UpstreamName[][] = [['identity'], ['compute'], ['metrics']]
const two: UpstreamName[][] = [['compute'], ['metrics']]
const all: UpstreamName[][] = roles.map((role) => [role])

/** Listens no more, and ends what is there. */
export const refused: Begin = async ({ proxies }, at) => {
  await Promise.all(at.map((role) => proxies[role].close()))
  return () => Promise.all(at.map((role) => proxies[role].open()))
}

const hanging: Begin = async (site, at) => {
  const end = await refused(site, at)
  const empty = await Promise.all(at.map((role) => fillBacklog(site.proxies[role].port)))
  return async () => {
    await Promise.all(empty.map((end) => end()))
    await end()
  }
}

/** All idle connections end, as when a server is restarted. */
const restarted: Begin = ({ proxies }, at) => {
  for (const role of at) proxies[role].drop()
  return () => {}
}

const half = (text: string | Buffer) => text.slice(0, Math.floor(text.length / 2))

/** Faults of connections, and of answers that do not arrive. */
export const connections: Case[] = [
  ...each(all, 'no connection is taken (refused)', 503, refused),
  ...each(
    all,
    'connections are taken, and nothing is answered (a black hole)',
    504,
    onTheWire({ request: () => {} })
  ),
  // That who listens takes none, the kernel may find only when it has told the other side that it is
  // connected.
  ...each(two, 'a connection is not even refused (its SYN is dropped)', [503, 504], hanging),
  ...each(
    some,
    'each connection is reset at once',
    503,
    onTheWire({ connection: (socket) => socket.resetAndDestroy() })
  ),
  ...each(two, 'each connection is closed at once', 503, onTheWire({ connection: (socket) => socket.end() })),
  ...each(two, 'reset half-way through the headers', 503, onTheWire({
    async request ({ ask, socket }) {
      socket.write(half(wire(await ask()).head), () => socket.resetAndDestroy())
    }
  })),
  ...each(some, 'reset half-way through the body', 503, onTheWire({
    async request ({ ask, socket }) {
      const { head, body } = wire(await ask())
      socket.write(
        Buffer.concat([Buffer.from(head), half(body) as Buffer]),
        () => setTimeout(() => socket.resetAndDestroy(), 20)
      )
    }
  })),
  ...each(two, 'closed half-way through the body', 503, onTheWire({
    async request ({ ask, socket }) {
      const { head, body } = wire(await ask())
      socket.end(Buffer.concat([Buffer.from(head), half(body) as Buffer]))
    }
  })),
  ...each(two, 'half of the body, and then nothing', 504, onTheWire({
    async request ({ ask, socket }) {
      const { head, body } = wire(await ask())
      socket.write(Buffer.concat([Buffer.from(head), half(body) as Buffer]))
    }
  })),
  ...each(two, 'the first byte comes after 3 s', 504, onTheWire({
    async request ({ ask, say }) {
      await sleep(3_000)
      say(await ask())
    }
  })),
  ...unseen(two, 'the first byte comes after 300 ms', onTheWire({
    async request ({ ask, say }) {
      await sleep(300)
      say(await ask())
    }
  })),
  ...each([['metrics']], 'the headers drip, a byte every 50 ms', 504, onTheWire({
    request: async (passing) => await drip(passing, wire(await passing.ask()).head, 50)
  })),
  ...each(some, 'the body drips, a byte every 20 ms', 504, onTheWire({
    async request (passing) {
      const { head, body } = wire(await passing.ask())
      passing.socket.write(head)
      await drip(passing, body.toString(), 20)
    }
  })),
  ...unseen([roles], 'all idle connections are closed (a restart)', restarted),
  ...unseen([
    ['compute', 'metrics']
  ], 'each request is reset when it comes first, and answered when it comes again', onTheWire({
    request: atFirst(({ socket }) => socket.resetAndDestroy())
  }))
]
