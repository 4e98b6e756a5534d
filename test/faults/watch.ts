import { readdirSync } from 'node:fs'
import { residentOf } from '../../bench/process.js'

/** Of a process, MB of memory, or its open files and sockets: at the marked moments, and all the time. */
export interface Watched {
  calm: number[]
  all: number[]
}

/** Looks at a process several times a second. */
export function watchProcess (pid: number) {
  const resident: Watched = { calm: [], all: [] }
  const handles: Watched = { calm: [], all: [] }
  const look = (kind: keyof Watched) => {
    resident[kind].push(residentOf(pid))
    handles[kind].push(readdirSync(`/proc/${pid}/fd`).length)
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
