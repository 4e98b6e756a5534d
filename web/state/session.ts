import { signal } from '@preact/signals'

/** What `GET /ui/session` returns. */
export interface Session {
  auth: 'none' | 'keystone'
  signedIn: boolean
  user?: { name: string, domain: string }
  scope?: { sees: string, id?: string, name?: string }
  methods?: Method[]
  websso?: Array<{ id: string, label: string }>
}
export type Method = 'password' | 'applicationCredential' | 'token'

/** The session; `undefined` without authentication, or before it is read. */
export const session = signal<Session | undefined>(undefined)

/** Whether a request was rejected for want of a valid session: the sign-in screen lies over all others. */
export const signedOut = signal(false)

const url = '/ui/session'

/** Reads the session. A service without authentication has none, and returns the page itself. */
export async function loadSession () {
  const response = await fetch(url).catch(() => undefined)
  if (response?.ok !== true || !(response.headers.get('content-type') ?? '').includes('json')) return
  const found: Session = await response.json()
  session.value = found.auth === 'none' ? undefined : found
  if (session.value !== undefined) signedOut.value = !found.signedIn
}

/** The result of a sign-in: what it still needs, or why it failed. */
export interface SignIn { ok: boolean, needs?: string[], detail?: string }

const json = (method: string, body: object) =>
  ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

export async function signIn (credentials: Record<string, string>): Promise<SignIn> {
  const response = await fetch(url, json('POST', credentials))
  const body = await response.json().catch(() => ({}))
  if (!response.ok) return { ok: false, needs: body.needs, detail: body.detail }
  session.value = body
  signedOut.value = false
  return { ok: true }
}

export async function signOut () {
  await fetch(url, { method: 'DELETE' }).catch(() => undefined)
  location.reload()
}

/** A scope that the user may choose. */
export interface ScopeChoice { project?: Named, domain?: Named, system?: true }
interface Named { id: string, name: string }

export async function loadScopes (): Promise<ScopeChoice[]> {
  const response = await fetch(`${url}/scopes`).catch(() => undefined)
  const body = response?.ok === true ? await response.json() : []
  return Array.isArray(body) ? body : body.scopes ?? []
}

export async function chooseScope (scope: object) {
  const response = await fetch(`${url}/scope`, json('PUT', scope))
  if (response.ok) location.reload()
}
