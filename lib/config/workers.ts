import { availableParallelism } from 'node:os'
import type { Settings } from './settings.js'

/** Worker processes at most. The pattern of WORKERS has the same bound. */
const maxWorkers = 64

/** The number of processes that serve requests. With 1 there is no other process beside them. */
export const workerCount = ({ WORKERS }: Pick<Settings, 'WORKERS'>, cores = availableParallelism()) =>
  WORKERS === 'auto' ? Math.min(cores, maxWorkers) : Number(WORKERS)
