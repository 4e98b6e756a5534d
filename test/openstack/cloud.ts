import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import { clientConfig } from './openstackclient.js'

/** Where nothing listens: most of the suite needs no metrics store. */
const nowhere = 'http://127.0.0.1:9'

/**
 * The service with the real cloud as its upstream, started with these settings alone and perhaps a clock;
 * closed when the test ends.
 */
export async function build (
  t: Test, env: Record<string, string> = { OS_CLOUD: 'admin' }, now?: () => number
) {
  const app = await buildApp({
    env: { OS_CLIENT_CONFIG_FILE: clientConfig, INFLUX_URL: nowhere, CACHE: 'off', ...env }, now
  })
  t.teardown(() => app.close())
  return app
}

export interface Summary {
  id: string
  name: string
  unavailable?: string[]
  [field: string]: unknown
}

export interface Instance {
  instance_id: string
  name: string
  address: string[]
  [field: string]: unknown
}

export interface Page {
  metric: Instance[]
  projectId: string
  totalCnt: number
  unavailable?: string[]
}

/** One answer of the service: its status, its body, and where it says that the next page is. */
export async function read<Body = Record<string, any>> (app: FastifyInstance, url: string) {
  const answer = await app.inject(url)
  const [, next] = /<([^>]+)>; rel="next"/.exec(String(answer.headers.link)) ?? []
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Body>(), next }
}

export const summaryUrl = '/v1/openstack/projects/summary'
export const instancesUrl = (projectId: string, query: Record<string, string> = { limit: '1000' }) =>
  `/v1/openstack/projects/${projectId}/instances?${new URLSearchParams(query)}`

/** The summary, by the projects' names. */
export async function readSummary (app: FastifyInstance) {
  const { status, body } = await read<Summary[]>(app, summaryUrl)
  if (status !== 200) throw new Error(`the summary is ${status}: ${JSON.stringify(body)}`)
  return Object.fromEntries(body.map((project) => [project.name, project]))
}

/** Every page from this one on, as the Link headers lead. */
export async function readPages (app: FastifyInstance, url: string) {
  const pages: Page[] = []
  for (let at: string | undefined = url; at !== undefined;) {
    const { status, body, next }: Awaited<ReturnType<typeof read<Page>>> = await read<Page>(app, at)
    if (status !== 200) throw new Error(`${at} is ${status}: ${JSON.stringify(body)}`)
    if (pages.push(body) > 100) throw new Error(`${url} has no end`)
    at = next
  }
  return pages
}
