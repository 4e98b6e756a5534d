import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import {
  access, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile
} from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const run = promisify(execFile)
/** Below the working directory, which npm sets to the package's root. */
const cache = resolve('.cache')

const minuteMs = 60_000
const maxFetchMs = 5 * minuteMs

/** The path of a program, or the reason why it is not available. */
export type Found = { path: string } | { reason: string }

export const isExecutable = (path: string) => access(path, constants.X_OK).then(() => true, () => false)

/** A program that tests use where it exists. */
interface Program {
  name: string
  /** The environment variable with its path, where there is one. */
  variable?: string
  /** The Debian packages that it is in, with the libraries that a small system lacks. */
  packages: string[]
  /** Whether a program of this name on the PATH is the right one; each is by default. */
  accepts?: (path: string) => Promise<boolean>
}

/** Finds a program: by its variable, else on the PATH, else in Debian's packages. */
export async function findProgram (
  { name, variable, packages, accepts = async () => true }: Program
): Promise<Found> {
  const given = variable && process.env[variable]
  if (given) {
    return await isExecutable(given) ? { path: given } : { reason: `${variable}=${given} is not a program` }
  }
  for (const path of (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name))) {
    if (await isExecutable(path) && await accepts(path)) return { path }
  }
  const found = await unpack(packages[0]!, packages, `usr/bin/${name}`)
  return 'path' in found
    ? found
    : { reason: `${name} is not ${variable ? `in ${variable} nor ` : ''}on the PATH, and ${found.reason}` }
}

/**
 * The path of a program that a test file needs.
 * @param required the environment variable that makes a missing program a failure
 * @returns `undefined` without the program: `t` is then skipped with the reason
 * @throws Error without the program where the variable is 1
 */
export async function pathFor (t: Test, find: () => Promise<Found>, required: string) {
  const found = await find()
  if ('path' in found) return found.path
  if (process.env[required] === '1') throw new Error(`${required}=1, but ${found.reason}`)
  t.plan(0, found.reason)
}

const ageMs = (path: string) => stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs, () => undefined)

/**
 * Downloads Debian packages and unpacks them into `.cache/<name>`, unless that has been done. Nothing is
 * installed.
 * @param program path of the program inside the packages
 */
export async function unpack (name: string, packages: string[], program: string): Promise<Found> {
  const path = join(cache, name, program)
  return await isExecutable(path) ? { path } : await withLock(name, () => fetchOnce(name, packages, path))
}

/**
 * Test files run in parallel: one downloads, the others wait, and a failure of the download is not repeated
 * by each.
 */
async function withLock (name: string, work: () => Promise<Found>): Promise<Found> {
  const lock = join(cache, `${name}.lock`)
  await mkdir(cache, { recursive: true })
  while (!await mkdir(lock).then(() => true, () => false)) {
    // A killed process leaves its lock behind.
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
    const reason = `could not be downloaded: ${lastLine(err)}`
    await writeFile(failure, reason)
    return { reason }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * The system's package lists may be missing or old. Separate lists need no root and leave the system
 * unchanged.
 */
async function download (dir: string, packages: string[]) {
  const apt = (timeout: number, ...args: string[]) => run('apt-get', [
    '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15', '-o', 'APT::Sandbox::User=root', ...args
  ], { cwd: dir, timeout })
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
