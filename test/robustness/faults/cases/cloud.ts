import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { failureOutcome, noEffect, tolerated } from '../case.js'
import type { Case, Inject } from '../case.js'
import { markedHeaders, marker, onTheWire, response } from '../faults.js'
import type { ProxyResponse } from '../proxy.js'
import { upstreamNames } from '../testbed.js'

const hourMs = 3_600_000

/** Changes the response to a login. */
const atLogin = (change: (real: ProxyResponse) => ProxyResponse): Inject => onTheWire({
  async request ({ method, forward, respond }) {
    const real = await forward()
    respond(method === 'POST' ? change(real) : real)
  }
})

interface Token {
  catalog: Array<{ type: string, endpoints: Array<{ url: string }> }>
  issued_at: string
  expires_at: string
}

/** Changes the token in the response to a login. */
const withToken = (change: (token: Token) => void): Inject => atLogin(({ status, headers, body }) => {
  const { token } = JSON.parse(String(body)) as { token: Token }
  change(token)
  const changed = JSON.stringify({ token, marker })
  return { status, reason: marker, headers: { ...headers, ...markedHeaders }, body: changed }
})

const rejectLogin = atLogin(() => response(401, JSON.stringify({ error: { message: marker } })))
const removeToken = atLogin(({ status, body }) => ({ status, headers: markedHeaders, body }))
const expireToken = withToken((token) => { token.expires_at = token.issued_at })
const services: Case['upstreams'] = ['compute', 'network', 'block-storage']
const emptyCatalog: Inject = (testbed) =>
  withToken((token) => { token.catalog = [] })(testbed, ['identity'])

const catalogWithout = (type: string) => withToken((token) => {
  token.catalog = token.catalog.filter((service) => service.type !== type)
})

const catalogWithUrl = (url: string) => withToken((token) => {
  for (const { type, endpoints } of token.catalog) {
    if (type === 'compute') for (const endpoint of endpoints) endpoint.url = url
  }
})

/** The catalog has an endpoint on which nothing listens during the fault. */
const closedEndpoint: Inject = async (testbed, upstreams) => {
  const { spareProxy, proxies } = testbed
  await spareProxy.close()
  spareProxy.target = proxies.compute.target
  const recover = await catalogWithUrl(`http://127.0.0.1:${spareProxy.port}/v2.1`)(testbed, upstreams)
  return async () => {
    await recover()
    await spareProxy.open()
  }
}

const shiftCloudClock = (shiftMs: number): Inject => ({ cloudClock }) => {
  cloudClock.shiftMs = shiftMs
  return () => { cloudClock.shiftMs = 0 }
}

const shiftServiceClock = (clockShiftMs: number): Inject => (testbed, upstreams, server) => {
  server!.change({ clockShiftMs })
  return () => server!.change({ clockShiftMs: 0 })
}

/** Deletes a project, and restores it. */
const deleteProject: Inject = ({ simulator: { cloud } }) => {
  const project = cloud.projects.get(demoProjectId)!
  cloud.projects.delete(demoProjectId)
  return () => cloud.projects.set(demoProjectId, project)
}

/** Deletes an instance from the lists, while the quota still counts it. */
const deleteInstance: Inject = ({ simulator: { cloud } }) => {
  const { instances, instancesByProject, instancesById } = cloud
  Object.assign(cloud, {
    instances: instances.filter(({ id }) => id !== demoInstanceId),
    instancesByProject: new Map(instancesByProject).set(demoProjectId, []),
    instancesById: new Map([...instancesById].filter(([id]) => id !== demoInstanceId))
  })
  return () => Object.assign(cloud, { instances, instancesByProject, instancesById })
}

/** The outcome from the server's start on if every request to these upstreams fails. */
const failing = (upstreams: Case['upstreams'], status: number) => failureOutcome(upstreams, status, true)

/** A fault of the login from the server's start on. */
const login = (name: string, outcome: Case['outcome'], inject: Inject): Case =>
  ({ name, upstreams: ['identity'], inject, outcome, fromStart: true })

const cloudClock = (name: string, shiftMs: number) =>
  tolerated([upstreamNames], name, shiftCloudClock(shiftMs))

const serviceClock = (name: string, clockShiftMs: number) =>
  tolerated([[]], name, shiftServiceClock(clockShiftMs), { component: 'the service', clockShiftMs })

/** Faults of logins, catalogs and clocks, and deletions. */
export const cloud: Case[] = [
  login('login is rejected (401)', failing(['identity'], 502), rejectLogin),
  login('login response without a token', failing(['identity'], 502), removeToken),
  login('token is already expired when issued', failing(['identity'], 502), expireToken),
  login('catalog without Nova', failing(['compute'], 503), catalogWithout('compute')),
  {
    ...login('catalog without Cinder', failing(['block-storage'], 503), catalogWithout('volumev3')),
    lack: true
  },
  {
    ...login('empty catalog', failing(services, 503), emptyCatalog),
    upstreams: services,
    component: 'identity'
  },
  login('catalog endpoint is not a URL', failing(['compute'], 502), catalogWithUrl(marker)),
  login('nothing listens on a catalog endpoint', failing(['compute'], 503), closedEndpoint),
  ...cloudClock('cloud clock jumps two hours ahead: every token has expired', 2 * hourMs),
  ...cloudClock('cloud clock jumps two hours back', -2 * hourMs),
  ...serviceClock('service clock jumps one hour ahead, then back', hourMs),
  ...serviceClock('service clock jumps one hour back, then ahead', -hourMs),
  {
    name: 'a project is deleted between two requests',
    upstreams: ['identity'],
    inject: deleteProject,
    outcome: { ...noEffect, instances: { status: 404 } }
  },
  {
    name: 'an instance is deleted between two requests',
    upstreams: ['compute'],
    inject: deleteInstance,
    outcome: noEffect
  }
]
