import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { parse } from 'yaml'
import { startSimulator } from '#simulator/simulator.js'
import { clientConfig } from './openstackclient.js'

export type ServiceName = 'identity' | 'compute' | 'network' | 'block-storage'
export type User = 'admin' | 'demo' | 'monitor'

/** The simulated or the real cloud, with its URLs, tokens and ids. */
export interface ComparedCloud {
  origins: Record<ServiceName, string>
  password: string
  tokens: Record<User, string>
  projects: Record<'admin' | 'demo', string>
  /** A server of each status, and an active server of the project demo. */
  servers: Record<'ACTIVE' | 'SHUTOFF' | 'ERROR' | 'demo', string>
  demoServerName: string
}

const serviceTypes = { compute: 'compute', network: 'network', volumev3: 'block-storage' } as const

/** The body of a login to a project by name. */
export const byPassword = (name: string, project: string, password: string) => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } },
    scope: { project: { name: project, domain: { id: 'default' } } }
  }
})

/** Logs in to a simulator, which closes with the test, and to the real cloud. */
export async function openClouds (t: Test) {
  const simulator = await startSimulator({ projects: 20, instances: 300 })
  t.teardown(() => simulator.close())
  const { auth_url: authUrl, password } = parse(readFileSync(clientConfig, 'utf8')).clouds.admin.auth
  return {
    simulated: await open(simulator.env.OS_AUTH_URL!, simulator.env.OS_PASSWORD!),
    real: await open(authUrl, password)
  }
}

async function open (authUrl: string, password: string): Promise<ComparedCloud> {
  const login = async (name: string, project: string) => {
    const response = await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byPassword(name, project, password))
    })
    return { id: response.headers.get('x-subject-token')!, token: (await response.json() as any).token }
  }
  const [admin, demo, monitor] = await Promise.all([
    login('admin', 'admin'), login('demo', 'demo'), login('monitor', 'admin')
  ])
  const origins = { identity: new URL(authUrl).origin } as ComparedCloud['origins']
  for (const [type, name] of Object.entries(serviceTypes)) {
    const { endpoints } = admin.token.catalog.find((service: any) => service.type === type)
    origins[name] = new URL(endpoints[0].url).origin
  }
  const response = await fetch(`${origins.compute}/v2.1/servers/detail?all_tenants=1`, {
    headers: { 'x-auth-token': admin.id }
  })
  const { servers } = await response.json() as any
  const findServer = (fields: object) =>
    servers.find((server: any) => Object.entries(fields).every(([key, value]) => server[key] === value))
  const demoServer = findServer({ status: 'ACTIVE', tenant_id: demo.token.project.id })
  return {
    origins,
    password,
    tokens: { admin: admin.id, demo: demo.id, monitor: monitor.id },
    projects: { admin: admin.token.project.id, demo: demo.token.project.id },
    servers: {
      ACTIVE: findServer({ status: 'ACTIVE' }).id,
      SHUTOFF: findServer({ status: 'SHUTOFF' }).id,
      ERROR: findServer({ status: 'ERROR' }).id,
      demo: demoServer.id
    },
    demoServerName: demoServer.name
  }
}
