import type { Logger } from 'pino'
import { createMetricsSum } from '#lib/observability/metrics-sum.js'
import type { MetricsSnapshot } from '#lib/observability/metrics-sum.js'
import { processMetrics } from '#lib/observability/process-metrics.js'
import { openChannel } from './channel.js'
import type { Ask, Peer } from './channel.js'
import { createConnections } from './connections.js'

/** A part of `node:cluster`'s Worker. */
export interface WorkerProcess extends Peer {
  process: { pid?: number, kill: (signal: NodeJS.Signals) => unknown }
}

export interface WorkersOptions {
  /** Starts a process. It asks `ready` once it serves, and `metrics` for the metrics of all processes. */
  fork: () => WorkerProcess
  log: Pick<Logger, 'error' | 'level'>
  timing?: Timing
}

/** Milliseconds. */
interface Timing {
  /** The time for which a worker must live, for the next one to start at once. */
  longLife: number
  /** The wait after a shorter life; it doubles up to the second value as long as lives are short. */
  restartDelay: [first: number, last: number]
  /** The time in which a worker has to report its metrics. */
  metrics: number
  /** How often each worker is asked whether its event loop runs, and how long it may take to answer. */
  check: number
  hang: number
}

const defaultTiming: Timing = {
  longLife: 60_000, restartDelay: [500, 30_000], metrics: 5_000, check: 10_000, hang: 30_000
}

interface Member {
  pid?: number
  ask: Ask
  isReady: boolean
  /** Whether it ended as it was asked to. */
  ended: Promise<boolean>
  kill: () => void
  snapshot?: MetricsSnapshot
}

/** The workers of the primary: starts, watches, replaces and ends them. */
export function createWorkers ({ fork, log, timing = defaultTiming }: WorkersOptions) {
  const members = new Set<Member>()
  const connections = createConnections()
  const metricsSum = createMetricsSum()
  const ownMetrics = processMetrics()
  let state: 'starting' | 'serving' | 'stopping' = 'starting'
  let shortLives = 0
  let reloads = 0
  setInterval(checkAll, timing.check).unref()

  /** Starts a worker. @returns whether it serves: `false` where it ended before */
  function start () {
    return new Promise<boolean>((resolve) => {
      const startedAt = performance.now()
      const reloadsBefore = reloads
      const notStarted = (err: unknown) => {
        log.error({ err }, 'worker not started')
        resolve(false)
        if (state === 'serving') restart(startedAt)
      }
      let worker: WorkerProcess
      try {
        worker = fork()
      } catch (err) {
        return notStarted(err)
      }
      const { pid } = worker.process
      const ask = openChannel(worker, {
        ready () {
          // The last message of a process may arrive after its end.
          if (!members.has(member)) return
          member.isReady = true
          resolve(true)
          connections.addWorker(ask)
          if (reloads > reloadsBefore) ask('reload').catch(() => {})
        },
        metrics: readMetrics
      })
      const ended = new Promise<boolean>((resolve) => worker.once('exit', (code) => resolve(code === 0)))
      const kill = () => worker.process.kill('SIGKILL')
      const member: Member = { pid, ask, isReady: false, ended, kill }
      members.add(member)
      worker.once('error', (err) => {
        // Of a process that runs, a signal could not be sent.
        if (pid !== undefined) throw err
        members.delete(member)
        notStarted(err)
      })
      worker.once('exit', (code, signal) => {
        members.delete(member)
        connections.removeWorker(ask)
        if (member.snapshot !== undefined) metricsSum.processEnded(member.snapshot)
        resolve(false)
        if (state !== 'serving') return
        const delayMs = restart(startedAt)
        log.error({ worker: pid, code, signal, delayMs }, 'worker ended: another one starts')
      })
    })
  }

  /**
   * Starts a worker in place of one that has ended.
   * @param startedAt when that one was started
   * @returns milliseconds until then
   */
  function restart (startedAt: number) {
    const delayMs = restartDelay(performance.now() - startedAt)
    setTimeout(() => { if (state === 'serving') start() }, delayMs)
    return delayMs
  }

  function restartDelay (lifeMs: number) {
    if (lifeMs >= timing.longLife) {
      shortLives = 0
      return 0
    }
    const [first, last] = timing.restartDelay
    return Math.min(first * 2 ** shortLives++, last)
  }

  const isStopping = () => state === 'stopping'
  const ready = () => [...members].filter(({ isReady }) => isReady)

  /**
   * Ends a worker. One that starts has no request yet, and would not receive a message.
   * @returns whether it had to cut no request, and did not fail
   */
  async function stopMember ({ ask, isReady, ended, kill }: Member) {
    if (isReady) ask('stop').catch(() => {})
    else kill()
    return await ended || !isReady
  }

  /** Kills each worker whose event loop does not run. */
  function checkAll () {
    for (const member of ready()) {
      member.ask('alive', undefined, timing.hang).catch(() => {
        if (!members.has(member)) return
        log.error({ worker: member.pid }, 'worker hangs: it is killed')
        member.kill()
      })
    }
  }

  async function readMetrics () {
    const snapshots = await Promise.all(ready().map(async (member) => {
      try {
        member.snapshot = await member.ask<MetricsSnapshot>('metrics', undefined, timing.metrics)
        return member.snapshot
      } catch (err) {
        // A sum without one of them would look as if its requests had never been.
        if (members.has(member)) throw err
      }
    }))
    const own = { checkedAt: 0, metrics: await ownMetrics.getMetricsAsJSON() }
    return await metricsSum.read([own, ...snapshots.filter((snapshot) => snapshot !== undefined)])
  }

  return {
    /**
     * Starts the workers: the first one alone, because a mistake in the settings ends each of them.
     * @returns whether all of them serve
     */
    async start (count: number) {
      if (!await start() || isStopping()) return false
      await Promise.all(Array.from({ length: count - 1 }, start))
      if (ready().length < count || isStopping()) return false
      state = 'serving'
      return true
    },

    /** Lets all workers read their settings again, and takes over their log level. */
    async reload () {
      reloads++
      const levels = await Promise.allSettled(ready().map(({ ask }) => ask<string>('reload')))
      for (const level of levels) if (level.status === 'fulfilled') log.level = level.value
    },

    /** Passes a connection that a listener has accepted to a worker. */
    connect: connections.add,

    /**
     * Ends all workers. Connections that were accepted before get a response.
     * @returns whether none of them had to cut a request, or failed
     */
    async stop () {
      state = 'stopping'
      connections.flush(ready().map(({ ask }) => ask))
      return (await Promise.all(Array.from(members, stopMember))).every((asAsked) => asAsked)
    },

    /** Ends all workers at once. */
    kill () {
      for (const { kill } of members) kill()
    }
  }
}
