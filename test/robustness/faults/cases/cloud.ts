import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { costs, each, nothing, unseen } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'
import { marked, marker, onTheWire, said } from '#test/robustness/faults/faults.js'
import type { Said } from '#test/robustness/faults/proxy.js'
import { roles } from '#test/robustness/faults/site.js'

const hour = 3_600_000

/** Another answer to a login. */
const atLogin = (change: (said: Said) => Said): Begin => onTheWire({
  async request ({ method, ask, say }) {
    const answer = await ask()
    say(method === 'POST' ? change(answer) : answer)
  }
})

interface Token {
  catalog: Array<{ type: string, endpoints: Array<{ url: string }> }>
  issued_at: string
  expires_at: string
}

/** A login whose token is another one than it should be. */
const withToken = (change: (token: Token) => void): Begin => atLogin(({ status, headers, body }) => {
  const { token } = JSON.parse(String(body)) as { token: Token }
  change(token)
  return {
    status, words: marker, headers: { ...headers, ...marked }, body: JSON.stringify({ token, marker })
  }
})

const catalogWithout = (type: string) =>
  withToken((token) => { token.catalog = token.catalog.filter((service) => service.type !== type) })

const catalogWithUrl = (url: string) => withToken((token) => {
  for (const { type, endpoints } of token.catalog) {
    if (type === 'compute') for (const endpoint of endpoints) endpoint.url = url
  }
})

/** The catalog leads to an address where nobody listens, until somebody does. */
const elsewhere: Begin = async (site, at) => {
  const { spare, proxies } = site
  await spare.close()
  spare.target = proxies.compute.target
  const end = await catalogWithUrl(`http://127.0.0.1:${spare.port}/v2.1`)(site, at)
  return async () => {
    await end()
    await spare.open()
  }
}

const cloudClock = (shift: number): Begin => ({ cloudClock }) => {
  cloudClock.shift = shift
  return () => { cloudClock.shift = 0 }
}

const serviceClock = (shift: number): Begin => (site, at, server) => {
  server!.tell({ shift })
  return () => server!.tell({ shift: 0 })
}

/** Takes a project out of the cloud, and puts it back. */
const withoutProject: Begin = ({ simulator: { cloud } }) => {
  const project = cloud.projects.get(demoProjectId)!
  cloud.projects.delete(demoProjectId)
  return () => cloud.projects.set(demoProjectId, project)
}

/** Takes an instance out of the lists, while it is still counted. */
const withoutInstance: Begin = ({ simulator: { cloud } }) => {
  const { instances, instancesByProject, instancesById } = cloud
  Object.assign(cloud, {
    instances: instances.filter(({ id }) => id !== demoInstanceId),
    instancesByProject: new Map(instancesByProject).set(demoProjectId, []),
    instancesById: new Map([...instancesById].filter(([id]) => id !== demoInstanceId))
  })
  return () => Object.assign(cloud, { instances, instancesByProject, instancesById })
}

const fromStart = { fromStart: true }

/** Faults of what a cloud says of itself: logins, catalogs, clocks, and what is gone. */
export const cloud: Case[] = [
  ...each(
    [['identity']],
    'the login is refused',
    502,
    atLogin(() => said(401, JSON.stringify({ error: { message: marker } }))),
    fromStart
  ),
  ...each(
    [['identity']],
    'the login answers without a token',
    502,
    atLogin(({ status, body }) => ({ status, headers: marked, body })),
    fromStart
  ),
  ...each(
    [['identity']],
    'the token has expired when it is issued',
    502,
    withToken((token) => { token.expires_at = token.issued_at }),
    fromStart
  ),
  {
    name: 'the catalog is without Nova',
    at: ['identity'],
    begin: catalogWithout('compute'),
    outcome: costs(['compute'], 503),
    ...fromStart
  },
  {
    name: 'the catalog is without Cinder',
    at: ['identity'],
    begin: catalogWithout('volumev3'),
    outcome: costs(['block-storage'], 503),
    ...fromStart
  },
  {
    name: 'the catalog is empty',
    at: ['identity'],
    begin: withToken((token) => { token.catalog = [] }),
    outcome: costs(['identity'], 503, true),
    ...fromStart
  },
  {
    name: 'the catalog has an endpoint that is no URL',
    at: ['identity'],
    begin: catalogWithUrl(marker),
    outcome: costs(['compute'], 502),
    ...fromStart
  },
  {
    name: 'the catalog has an endpoint where nobody listens',
    at: ['identity'],
    begin: elsewhere,
    outcome: costs(['compute'], 503),
    ...fromStart
  },
  ...unseen(
    [roles], 'the cloud\'s clock jumps two hours ahead: every token has expired', cloudClock(2 * hour)
  ),
  ...unseen([roles], 'the cloud\'s clock jumps two hours back', cloudClock(-2 * hour)),
  ...unseen([[]], 'the service\'s clock jumps an hour ahead, and back again', serviceClock(hour), {
    where: 'the service', shift: hour
  }),
  ...unseen([[]], 'the service\'s clock jumps an hour back, and ahead again', serviceClock(-hour), {
    where: 'the service', shift: -hour
  }),
  {
    name: 'a project is deleted between two calls',
    at: ['identity'],
    begin: withoutProject,
    outcome: { ...nothing, instances: { status: 404 } }
  },
  {
    name: 'an instance is deleted between two calls',
    at: ['compute'],
    begin: withoutInstance,
    outcome: nothing
  }
]
