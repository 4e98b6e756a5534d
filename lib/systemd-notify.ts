import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Runs systemd-notify for each line that it reads, until the service ends. Node itself would stop for up
 * to 50 ms whenever it starts a process, because of the size of its memory.
 */
const script = 'while read -r line; do systemd-notify $line; done'

export type SystemdNotifier = ReturnType<typeof createSystemdNotifier>

/**
 * Reports this process's state to systemd, where it is a service of `Type=notify`. Node has no sockets of the
 * kind that systemd reads.
 * @param env the process's environment
 * @param onError called with the first failure
 */
export function createSystemdNotifier (
  { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID = String(process.pid), PATH }: NodeJS.ProcessEnv,
  onError: (err: Error) => void
) {
  const notify = NOTIFY_SOCKET === undefined ? () => {} : startNotifier({ NOTIFY_SOCKET, PATH }, onError)

  return {
    /** From now on the event loop feeds the watchdog: systemd restarts a process that hangs. */
    ready () {
      notify('READY=1')
      if (WATCHDOG_USEC === undefined || WATCHDOG_PID !== String(process.pid)) return
      setInterval(notify, Number(WATCHDOG_USEC) / 1_000 / 2, 'WATCHDOG=1').unref()
    },

    async reloading (reload: () => Promise<void>) {
      // systemd compares this time with that of its own signal.
      notify(`RELOADING=1 MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`)
      await reload()
      notify('READY=1')
    },

    stopping () {
      notify('STOPPING=1')
    }
  }
}

/**
 * @param env without the settings, which hold passwords
 * @returns the function that sends variables
 */
function startNotifier (env: NodeJS.ProcessEnv, onError: (err: Error) => void) {
  const child = spawn('/bin/sh', ['-c', script], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  let reported = false
  const report = (err: Error) => {
    if (!reported) onError(err)
    reported = true
  }
  child.on('error', report).unref()
  child.stdin.on('error', report)
  child.stderr.on('data', (data: Buffer) => report(new Error(data.toString().trim())))
  for (const stream of [child.stdin, child.stderr]) (stream as unknown as Socket).unref()
  return (variables: string) => { child.stdin.write(`${variables}\n`) }
}
