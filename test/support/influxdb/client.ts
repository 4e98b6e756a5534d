import { text } from 'node:stream/consumers'
import { request } from 'undici'

/** One series of an InfluxDB result. */
export interface Rows {
  name: string
  tags?: Record<string, string>
  columns: string[]
  values: unknown[][]
}

/** Direct access to a test's database. */
export interface Client {
  /** Writes lines with times in milliseconds. */
  write: (lines: string[], target?: Target) => Promise<void>
  /** Runs one statement with the rights of an administrator. */
  query: (q: string, db?: string) => Promise<Rows[]>
}

interface Target {
  db?: string
  /** The retention policy, unless it is the default one. */
  rp?: string
}

interface QueryResponse {
  results: Array<{ series?: Rows[], error?: string }>
}

/** A client for tests. Each call has a connection of its own, because a server may have been restarted. */
export function createClient (url: string, user?: { username: string, password: string }): Client {
  const credential = user && Buffer.from(`${user.username}:${user.password}`).toString('base64')
  const headers = user && { authorization: `Basic ${credential}` }

  const post = async (path: string, query: Record<string, string>, body?: string) => {
    const response = await request(new URL(path, url), { method: 'POST', query, body, headers, reset: true })
    const responseBody = await text(response.body)
    if (response.statusCode >= 300) {
      throw new Error(`${path} returned ${response.statusCode}: ${responseBody}`)
    }
    return responseBody
  }

  return {
    async write (lines, { db = 'mon', rp = '' } = {}) {
      await post('/write', { db, rp, precision: 'ms' }, lines.join('\n'))
    },

    async query (q, db = 'mon') {
      const { results: [result] } = JSON.parse(await post('/query', { q, db, epoch: 'ms' })) as QueryResponse
      if (result?.error) throw new Error(result.error)
      return result?.series ?? []
    }
  }
}
