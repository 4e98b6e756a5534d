const base = '/ui'

export type Screen =
  | { name: 'projects' }
  | { name: 'project', projectId: string }
  | { name: 'instance', projectId: string, instanceId: string }
  | { name: 'instance-alone', instanceId: string }
  | { name: 'unknown' }

/** The screen of a path below /ui/. */
export function parsePath (pathname: string): Screen {
  let parts: string[]
  try {
    parts = pathname.slice(base.length).split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return { name: 'unknown' }
  }
  const [first, second, third, fourth] = parts
  if (first === undefined) return { name: 'projects' }
  if (first === 'instances' && second !== undefined && parts.length === 2) {
    return { name: 'instance-alone', instanceId: second }
  }
  if (first !== 'projects' || second === undefined) return { name: 'unknown' }
  if (parts.length === 2) return { name: 'project', projectId: second }
  if (third === 'instances' && fourth !== undefined && parts.length === 4) {
    return { name: 'instance', projectId: second, instanceId: fourth }
  }
  return { name: 'unknown' }
}

const encode = encodeURIComponent
export const projectsPath = `${base}/`
export const projectPath = (projectId: string) => `${base}/projects/${encode(projectId)}`
export const instancePath = (projectId: string, instanceId: string) =>
  `${projectPath(projectId)}/instances/${encode(instanceId)}`

/** Parameters that stay when another screen opens. */
const lasting = ['tz', 'refresh', 'lang']

/** The query of a link to another screen, with its `?`. */
export function lastingQuery (search: string) {
  const given = new URLSearchParams(search)
  return queryOf(new URLSearchParams([...given].filter(([name]) => lasting.includes(name))))
}

/** A query with some parameters changed: null and the empty text remove one. */
export function changeQuery (search: string, changes: Record<string, string | null>) {
  const params = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') params.delete(name)
    else params.set(name, value)
  }
  return queryOf(params)
}

// A query may have commas and colons unescaped, and people read links.
const queryOf = (params: URLSearchParams) =>
  params.size === 0 ? '' : `?${params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`
