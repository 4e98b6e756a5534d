import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamName } from '#simulator/simulator.js'
import { tolerated, visible } from '../case.js'
import type { Case, Inject } from '../case.js'
import { drip, onFirstAttempt, onTheWire, wire } from '../faults.js'
import { fillBacklog } from '../fill-backlog.js'
import { upstreamNames } from '../testbed.js'

/** Upstreams that are read differently: the login, a JSON document, and lines of JSON. */
const three: UpstreamName[][] = [['identity'], ['compute'], ['metrics']]
const two: UpstreamName[][] = [['compute'], ['metrics']]
const all: UpstreamName[][] = upstreamNames.map((name) => [name])

/** Stops listening, and closes the open connections. */
export const refuse: Inject = async ({ proxies }, upstreams) => {
  await Promise.all(upstreams.map((name) => proxies[name].close()))
  return () => Promise.all(upstreams.map((name) => proxies[name].open()))
}

const dropSyn: Inject = async (testbed, upstreams) => {
  const listenAgain = await refuse(testbed, upstreams)
  const emptyBacklogs = await Promise.all(upstreams.map((name) => fillBacklog(testbed.proxies[name].port)))
  return async () => {
    await Promise.all(emptyBacklogs.map((empty) => empty()))
    await listenAgain()
  }
}

/** Closes all idle connections, as a restart does. */
const closeIdle: Inject = ({ proxies }, upstreams) => {
  for (const name of upstreams) proxies[name].drop()
  return () => {}
}

const halfOf = ({ head, body }: ReturnType<typeof wire>) =>
  Buffer.concat([Buffer.from(head), body.subarray(0, Math.floor(body.length / 2))])

/** Sends the real response after a delay. */
const delay = (ms: number) => onTheWire({
  async request ({ forward, respond }) {
    await sleep(ms)
    respond(await forward())
  }
})

const noResponse = onTheWire({ request: () => {} })
const resetConnection = onTheWire({ connection: (socket) => socket.resetAndDestroy() })
const closeConnection = onTheWire({ connection: (socket) => socket.end() })
const resetFirstAttempt = onTheWire({ request: onFirstAttempt(({ socket }) => socket.resetAndDestroy()) })

/** Faults of connections, and of incomplete or late responses. */
export const connections: Case[] = [
  ...visible(all, 'connections are refused', 503, refuse),
  ...visible(all, 'connections are accepted, no response follows (black hole)', 504, noResponse),
  // The kernel may notice the full queue only after the client side is connected.
  ...visible(two, 'SYN packets are dropped', [503, 504], dropSyn),
  ...visible(three, 'each connection is reset immediately', 503, resetConnection),
  ...visible(two, 'each connection is closed immediately', 503, closeConnection),
  ...visible(two, 'reset in the middle of the headers', 503, onTheWire({
    async request ({ forward, socket }) {
      const { head } = wire(await forward())
      socket.write(head.slice(0, Math.floor(head.length / 2)), () => socket.resetAndDestroy())
    }
  })),
  ...visible(three, 'reset in the middle of the body', 503, onTheWire({
    async request ({ forward, socket }) {
      socket.write(halfOf(wire(await forward())), () => setTimeout(() => socket.resetAndDestroy(), 20))
    }
  })),
  ...visible(two, 'closed in the middle of the body', 503, onTheWire({
    async request ({ forward, socket }) {
      socket.end(halfOf(wire(await forward())))
    }
  })),
  ...visible(two, 'half of the body, then nothing', 504, onTheWire({
    async request ({ forward, socket }) {
      socket.write(halfOf(wire(await forward())))
    }
  })),
  ...visible(two, 'first byte after 3 s', 504, delay(3_000)),
  ...tolerated(two, 'first byte after 300 ms', delay(300)),
  ...visible([['metrics']], 'headers arrive at one byte every 50 ms', 504, onTheWire({
    request: async (request) => await drip(request, wire(await request.forward()).head, 50)
  })),
  ...visible(three, 'body arrives at one byte every 20 ms', 504, onTheWire({
    async request (request) {
      const { head, body } = wire(await request.forward())
      request.socket.write(head)
      await drip(request, body.toString(), 20)
    }
  })),
  ...tolerated([upstreamNames], 'all idle connections are closed (restart)', closeIdle),
  ...tolerated(
    [['compute', 'metrics']],
    'first attempt of each request is reset, the retry succeeds',
    resetFirstAttempt
  )
]
