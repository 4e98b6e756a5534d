import { signal } from '@preact/signals'
import type { SessionState, UserScopes } from '../../schemas/session.js'
import { projectsPath } from '../lib/url.js'

export type Method = SessionState['methods'][number]

/** The session; `undefined` before it is read. */
export const session = signal<SessionState | undefined>(undefined)

/** Whether the service wants a user, and there is none: the sign-in screen lies over all others. */
export const signedOut = signal(false)

const url = '/ui/session'

// Tabs share the cookie: a tab that showed one user's data must not name that user beside another's.
const tabs = new BroadcastChannel('session')
tabs.onmessage = () => location.reload()

/** Reads the session. After a failure, the screens' own reads report the trouble. */
export async function loadSession () {
  const response = await fetch(url).catch(() => undefined)
  if (response?.ok === true) enter(await response.json())
}

/** A read was rejected for want of a valid session. */
export function sessionEnded () {
  signedOut.value = true
  if (session.peek() === undefined) loadSession()
}

function enter (state: SessionState) {
  session.value = state
  signedOut.value = state.auth === 'keystone' && !state.signedIn
}

const send = async (method: string, path = '', body?: object) => await fetch(url + path, {
  method,
  ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}).catch(() => undefined)

/** Why a sign-in failed, or the factors that it still needs. */
export interface SignInFailure {
  /** The HTTP status; `undefined` where no response came. */
  status?: number
  /** Seconds until the next sign-in. */
  retryAfter: number
  needs: string[]
}

/** Signs in. @returns `undefined` when the user is signed in */
export async function signIn (credentials: Record<string, string>): Promise<SignInFailure | undefined> {
  const response = await send('POST', '', credentials)
  if (response?.ok !== true) return await failureOf(response)
  enter(await response.json())
  tabs.postMessage('changed')
}

async function failureOf (response?: Response): Promise<SignInFailure> {
  const body = await response?.json().catch(() => undefined) as { needs?: string[] } | undefined
  const retryAfter = Number(response?.headers.get('retry-after') ?? 0)
  return { status: response?.status, retryAfter, needs: body?.needs ?? [] }
}

/** Leads to an identity provider, which leads back. */
export async function signOn (id: string): Promise<SignInFailure | undefined> {
  const response = await send('POST', `/websso/${encodeURIComponent(id)}`)
  if (response?.ok !== true) return await failureOf(response)
  location.assign((await response.json() as { url: string }).url)
}

/** Changes the session, and begins anew with it in all tabs. @returns whether it changed */
async function change (method: string, path = '', body?: object) {
  const response = await send(method, path, body)
  if (response?.ok !== true) return false
  tabs.postMessage('changed')
  location.assign(projectsPath)
  return true
}

/** Ends the session. @returns whether it ended */
export const signOut = () => change('DELETE')

/** Changes the scope of the session. @returns whether it changed */
export const chooseScope = (choice: object) => change('PUT', '/scope', choice)

/** The scopes that the user may choose; `undefined` where they cannot be read. */
export async function loadScopes (): Promise<UserScopes | undefined> {
  const response = await send('GET', '/scopes')
  return response?.ok === true ? await response.json() : undefined
}
