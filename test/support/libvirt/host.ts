import { execFile } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'
import { pathFor, unpack } from '#test/support/debian.js'
import type { Found } from '#test/support/debian.js'
import { responds } from '#test/support/prometheus/stores.js'
import { freePort } from '#test/support/redis/server.js'
import { root } from '#test/support/root.js'

const run = promisify(execFile)

const packages = [
  'libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients', 'qemu-system-x86',
  'prometheus-libvirt-exporter'
]
const namespaces = ['--mount', '--pid', '--mount-proc', '--fork', '--kill-child']
/** An overlay as those of `host.sh`, which nothing outside of the namespaces sees. */
const probe = 'mount -t overlay overlay -o lowerdir=/usr/sbin:/usr/bin /usr/bin'

/** The CPU time that a guest has used at a time, both in seconds. */
type Reading = [unixSeconds: number, cpuSeconds: number]

/**
 * Starts a real libvirt with a guest of two vCPUs, one of which is busy, and Debian's exporter. They end with
 * the test, and leave nothing behind.
 * @param id the guest's UUID, as Nova gives it its instance's id
 * @returns `undefined` where it cannot run: `t` is then skipped with the reason
 * @throws Error where it cannot run and REQUIRE_LIBVIRT is 1
 */
export async function startHypervisor (t: Test, id: string) {
  const libvirtd = await pathFor(t, findLibvirt, 'REQUIRE_LIBVIRT')
  if (libvirtd === undefined) return
  const dir = mkdtempSync(join(tmpdir(), 'libvirt-'))
  const target = `127.0.0.1:${await freePort()}`
  const script = join(root, 'test/support/libvirt/host.sh')
  const { child } = await startChild({
    path: 'unshare',
    args: [...namespaces, script, join(libvirtd, '../../..'), dir, target.split(':')[1]!, id],
    env: { PATH: process.env.PATH! },
    output: 'stdout',
    ready: /^cpu /
  })
  t.teardown(() => end(child, 'SIGKILL'))
  process.once('exit', () => {
    child.kill('SIGKILL')
    // It is empty: its content is mounted in the namespace alone.
    rmdirSync(dir)
  })
  const readings: Reading[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [, seconds, nanoseconds] = /^cpu (\S+) (\d+)$/.exec(line) ?? []
    if (nanoseconds !== undefined) readings.push([Number(seconds), Number(nanoseconds) / 1e9])
  })
  await responds(`http://${target}/metrics`)
  return { target, cpuSecondsAt: (time: number) => interpolate(readings, time) }
}

async function findLibvirt (): Promise<Found> {
  if (process.getuid?.() !== 0) return { reason: 'libvirt needs root here, for namespaces of its own' }
  try {
    await run('unshare', [...namespaces, 'sh', '-c', probe])
  } catch {
    return { reason: 'libvirt cannot have namespaces and mounts of its own here' }
  }
  return await unpack('libvirt', [...new Set([...packages, ...await missingPackages()])], 'usr/sbin/libvirtd')
}

/** The packages that an installation would add; none where apt cannot say that. */
async function missingPackages () {
  const args = ['--simulate', 'install', '--no-install-recommends', ...packages]
  const { stdout } = await run('apt-get', args).catch(() => ({ stdout: '' }))
  return Array.from(stdout.matchAll(/^Inst (\S+)/gm), ([, name]) => name!)
}

/** The value at a time between two readings; `undefined` where there is none before, or none after it. */
function interpolate (readings: Reading[], time: number) {
  const next = readings.findIndex(([seconds]) => seconds >= time)
  if (next < 1) return
  const [[before, low], [after, high]] = [readings[next - 1]!, readings[next]!]
  return low + (high - low) * (time - before) / (after - before)
}
