import { spawnSync } from 'node:child_process'

/**
 * Whether systemd's programs are here.
 * @throws Error without them where REQUIRE_SYSTEMD=1
 */
export const hasSystemd = ['systemd-analyze', 'systemd-notify']
  .every((program) => spawnSync(program, ['--version']).status === 0)

if (!hasSystemd && process.env.REQUIRE_SYSTEMD === '1') {
  throw new Error('REQUIRE_SYSTEMD=1, but systemd-analyze or systemd-notify is not on the PATH')
}
