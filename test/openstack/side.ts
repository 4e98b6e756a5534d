import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { parse } from 'yaml'
import { startSimulator } from '#simulator/simulator.js'
import { clientConfig } from './openstackclient.js'

export type Role = 'identity' | 'compute' | 'network' | 'block-storage'
export type User = 'admin' | 'demo' | 'monitor'

/** One of the two clouds that are compared, and what one must know of it to ask it something. */
export interface Side {
  origins: Record<Role, string>
  password: string
  tokens: Record<User, string>
  projects: Record<'admin' | 'demo', string>
  /** A server of each status, and an active one of demo's. */
  servers: Record<'ACTIVE' | 'SHUTOFF' | 'ERROR' | 'demo', string>
  nameOfDemos: string
}

const types = { compute: 'compute', network: 'network', volumev3: 'block-storage' } as const

/** The body of a login to a project by name. */
export const byPassword = (name: string, project: string, password: string) => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } },
    scope: { project: { name: project, domain: { id: 'default' } } }
  }
})

/** The simulator, which ends with the test, and the real cloud. */
export async function openSides (t: Test) {
  const simulator = await startSimulator({ projects: 20, instances: 300 })
  t.teardown(() => simulator.close())
  const { auth_url: authUrl, password } = parse(readFileSync(clientConfig, 'utf8')).clouds.admin.auth
  return {
    simulated: await open(simulator.env.OS_AUTH_URL!, simulator.env.OS_PASSWORD!),
    real: await open(authUrl, password)
  }
}

async function open (authUrl: string, password: string): Promise<Side> {
  const login = async (name: string, project: string) => {
    const answer = await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json'
      },
      body: JSON.stringify(byPassword(name, project, password))
    })
    return { id: answer.headers.get('x-subject-token')!, token: (await answer.json() as any).token }
  }
  const [admin, demo, monitor] = await Promise.all([
    login('admin', 'admin'), login('demo', 'demo'), login('monitor', 'admin')
  ])
  const origins = { identity: new URL(authUrl).origin } as Side['origins']
  for (const [type, role] of Object.entries(types)) {
    origins[role] = new URL(
      admin.token.catalog.find((service: any) => service.type === type).endpoints[0].url
    ).origin
  }
  const answer = await fetch(`${origins.compute}/v2.1/servers/detail?all_tenants=1`, {
    headers: { 'x-auth-token': admin.id }
  })
  const { servers } = await answer.json() as any
  const server = (wanted: object) =>
    servers.find((one: any) => Object.entries(wanted).every(([key, value]) => one[key] === value))
  const demos = server({ status: 'ACTIVE', tenant_id: demo.token.project.id })
  return {
    origins,
    password,
    tokens: { admin: admin.id, demo: demo.id, monitor: monitor.id },
    projects: { admin: admin.token.project.id, demo: demo.token.project.id },
    servers: {
      ACTIVE: server({ status: 'ACTIVE' }).id,
      SHUTOFF: server({ status: 'SHUTOFF' }).id,
      ERROR: server({ status: 'ERROR' }).id,
      demo: demos.id
    },
    nameOfDemos: demos.name
  }
}
