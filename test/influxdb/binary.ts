import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Of the working directory, which npm makes the package's own: the tests run from their source, and the benchmark from `dist`. */
const cache = resolve('.cache')
const cached = join(cache, 'influxdb/usr/bin/influxd')
const lock = join(cache, 'influxdb.lock')
const failure = join(cache, 'influxdb.failed')

const minute = 60_000
/** The longest that finding influxd can take: waiting for another process that fetches it, then fetching it. */
export const findLimit = 11 * minute
const fetchLimit = 5 * minute

/** Where an influxd is, or why there is none. */
export type Found = { path: string } | { reason: string }

/** Finds InfluxDB 1.x: `INFLUXD`, else the PATH, else `.cache`, else Debian's package, unpacked into `.cache`. */
export async function findInfluxd (): Promise<Found> {
  const { INFLUXD, PATH = '' } = process.env
  if (INFLUXD) return await executable(INFLUXD) ? { path: INFLUXD } : { reason: `INFLUXD=${INFLUXD} is not a program` }

  for (const path of PATH.split(delimiter).map(dir => join(dir, 'influxd'))) {
    if (await executable(path) && await isVersion1(path)) return { path }
  }
  return await executable(cached) ? { path: cached } : await locked(fetchOnce)
}

const executable = (path: string) => access(path, constants.X_OK).then(() => true, () => false)

const age = (path: string) => stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs, () => undefined)

/** InfluxDB 2 has a program of the same name, with other arguments. */
async function isVersion1 (path: string) {
  const { stdout } = await run(path, ['version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  return stdout.startsWith('InfluxDB v1.')
}

/** Test files run at once: one fetches, the others wait for it, and a failure is not repeated by each of them. */
async function locked (work: () => Promise<Found>): Promise<Found> {
  await mkdir(cache, { recursive: true })
  while (!await mkdir(lock).then(() => true, () => false)) {
    // An owner that was killed leaves its lock behind.
    if ((await age(lock) ?? 0) > fetchLimit) await rmdir(lock).catch(() => {})
    await sleep(200)
  }
  try {
    return await work()
  } finally {
    await rmdir(lock).catch(() => {})
  }
}

async function fetchOnce (): Promise<Found> {
  if (await executable(cached)) return { path: cached }
  if ((await age(failure) ?? Infinity) < 5 * minute) return { reason: await readFile(failure, 'utf8') }

  const dir = await mkdtemp(join(cache, 'influxdb-'))
  try {
    await download(dir)
    const [deb = ''] = (await readdir(dir)).filter(name => name.endsWith('.deb'))
    await run('dpkg', ['-x', deb, 'root'], { cwd: dir, timeout: minute })
    await rm(join(cache, 'influxdb'), { recursive: true, force: true })
    await rename(join(dir, 'root'), join(cache, 'influxdb'))
    return { path: cached }
  } catch (err) {
    const reason = `influxd is not in INFLUXD nor on the PATH, and could not be fetched: ${lastLine(err)}`
    await writeFile(failure, reason)
    return { reason }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The package lists of the system may be missing or old. Lists of our own need no root and change nothing there. */
async function download (dir: string) {
  const apt = (limit: number, ...args: string[]) => run('apt-get', [
    '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15', '-o', 'APT::Sandbox::User=root', ...args
  ], { cwd: dir, timeout: limit })
  const ownLists = ['-o', `Dir::State::Lists=${join(dir, 'lists')}`, '-o', `Dir::Cache=${join(dir, 'cache')}`]

  try {
    await apt(minute, 'download', 'influxdb')
  } catch {
    await mkdir(join(dir, 'lists/partial'), { recursive: true })
    await apt(1.5 * minute, ...ownLists, 'update')
    await apt(minute, ...ownLists, 'download', 'influxdb')
  }
}

function lastLine (err: unknown) {
  const { stderr, message } = err as Error & { stderr?: string }
  return (stderr?.trim() || message).split('\n').at(-1)
}
