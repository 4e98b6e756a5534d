import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Of the working directory, which npm makes the package's own: the tests run from their source, and the benchmark from `dist`. */
const cache = resolve('.cache')

const minuteMs = 60_000
/** The longest that a program can take to be found: waiting for another process that fetches it, then fetching it. */
export const maxFindMs = 11 * minuteMs
const maxFetchMs = 5 * minuteMs

/** Where a program is, or why there is none. */
export type Found = { path: string } | { reason: string }

export const isExecutable = (path: string) => access(path, constants.X_OK).then(() => true, () => false)

const ageMs = (path: string) => stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs, () => undefined)

/** A program of these packages of Debian's, unpacked into `.cache/<name>` unless it is there already: nothing is installed. */
export async function unpack (name: string, packages: string[], program: string): Promise<Found> {
  const path = join(cache, name, program)
  return await isExecutable(path) ? { path } : await withLock(name, () => fetchOnce(name, packages, path))
}

/** Test files run at once: one fetches, the others wait for it, and a failure is not repeated by each of them. */
async function withLock (name: string, work: () => Promise<Found>): Promise<Found> {
  const lock = join(cache, `${name}.lock`)
  await mkdir(cache, { recursive: true })
  while (!await mkdir(lock).then(() => true, () => false)) {
    // An owner that was killed leaves its lock behind.
    if ((await ageMs(lock) ?? 0) > maxFetchMs) await rmdir(lock).catch(() => {})
    await sleep(200)
  }
  try {
    return await work()
  } finally {
    await rmdir(lock).catch(() => {})
  }
}

async function fetchOnce (name: string, packages: string[], path: string): Promise<Found> {
  const failure = join(cache, `${name}.failed`)
  if (await isExecutable(path)) return { path }
  if ((await ageMs(failure) ?? Infinity) < 5 * minuteMs) return { reason: await readFile(failure, 'utf8') }

  const dir = await mkdtemp(join(cache, `${name}-`))
  try {
    await download(dir, packages)
    for (const deb of (await readdir(dir)).filter(file => file.endsWith('.deb'))) {
      await run('dpkg', ['-x', deb, 'root'], { cwd: dir, timeout: minuteMs })
    }
    await rm(join(cache, name), { recursive: true, force: true })
    await rename(join(dir, 'root'), join(cache, name))
    return { path }
  } catch (err) {
    const reason = `could not be fetched: ${lastLine(err)}`
    await writeFile(failure, reason)
    return { reason }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The package lists of the system may be missing or old. Lists of our own need no root and change nothing there. */
async function download (dir: string, packages: string[]) {
  const apt = (limit: number, ...args: string[]) => run('apt-get', [
    '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15', '-o', 'APT::Sandbox::User=root', ...args
  ], { cwd: dir, timeout: limit })
  const ownLists = ['-o', `Dir::State::Lists=${join(dir, 'lists')}`, '-o', `Dir::Cache=${join(dir, 'cache')}`]

  try {
    await apt(minuteMs, 'download', ...packages)
  } catch {
    await mkdir(join(dir, 'lists/partial'), { recursive: true })
    await apt(1.5 * minuteMs, ...ownLists, 'update')
    await apt(minuteMs, ...ownLists, 'download', ...packages)
  }
}

function lastLine (err: unknown) {
  const { stderr, message } = err as Error & { stderr?: string }
  return (stderr?.trim() || message).split('\n').at(-1)
}
