import { readdirSync, readFileSync } from 'node:fs'
import { residentMbOf } from '../../../bench/process.js'

/** Samples of a process: MB of memory, or open files and sockets without client connections. */
export interface Samples {
  /** At the marked moments. */
  idle: number[]
  /** At all times. */
  all: number[]
}

/** States ESTABLISHED and CLOSE_WAIT: both use a file descriptor of the process. Source: proc(5). */
const openStates = ['01', '08']

/** Open client connections to a local port. */
function connectionsTo (port: number) {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => {
    const [, local = '', , state = ''] = line.trim().split(/\s+/)
    return local.endsWith(end) && openStates.includes(state)
  }).length
}

/** Open files and sockets of a process that listens on a port, without the connections of clients. */
export const openFilesOf = (pid: number, port: number) =>
  readdirSync(`/proc/${pid}/fd`).length - connectionsTo(port)

/** Samples memory and open files of a process every 250 ms. */
export function watchProcess (pid: number, port: number) {
  const memory: Samples = { idle: [], all: [] }
  const openFiles: Samples = { idle: [], all: [] }
  const sample = (kind: keyof Samples) => {
    memory[kind].push(residentMbOf(pid))
    openFiles[kind].push(openFilesOf(pid, port))
  }
  const timer = setInterval(sample, 250, 'all')
  return {
    /** Records a moment without a fault. */
    mark: () => sample('idle'),
    stop () {
      clearInterval(timer)
      return { memory, openFiles }
    }
  }
}
