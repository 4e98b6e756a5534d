import { readdirSync, readFileSync } from 'node:fs'
import { residentMbOf } from '../../../bench/process.js'

/**
 * Of a process, MB of memory, or its open files and sockets but those of who asks it: at the marked moments,
 * and all the time.
 */
export interface Watched {
  calm: number[]
  all: number[]
}

/**
 * What the kernel calls a connection that is up, and one that its other side has closed: both take a file of
 * their process. Source: proc(5).
 */
const open = ['01', '08']

/** The connections to a port on this machine that its process has open. */
function connectionsTo (port: number) {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => {
    const [, local = '', , state = ''] = line.trim().split(/\s+/)
    return local.endsWith(end) && open.includes(state)
  }).length
}

/**
 * The open files and sockets of a process that listens on a port. How many ask it at once is theirs to say:
 * their connections do not count.
 */
export const filesOf = (pid: number, port: number) =>
  readdirSync(`/proc/${pid}/fd`).length - connectionsTo(port)

/** Looks at a process several times a second. */
export function watchProcess (pid: number, port: number) {
  const resident: Watched = { calm: [], all: [] }
  const handles: Watched = { calm: [], all: [] }
  const look = (kind: keyof Watched) => {
    resident[kind].push(residentMbOf(pid))
    handles[kind].push(filesOf(pid, port))
  }
  const timer = setInterval(look, 250, 'all')
  return {
    /** Notes a moment in which all is well. */
    mark: () => look('calm'),
    stop () {
      clearInterval(timer)
      return { resident, handles }
    }
  }
}
