import { execFile, spawn, spawnSync } from 'node:child_process'
import type { ExecFileOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { Settings } from '#lib/config/settings.js'
import { root } from '#test/support/root.js'
import { uninstrumented } from '#test/support/uninstrumented.js'

const run = (program: string, args: string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(...uninstrumented(program, ...args), { ...options, encoding: 'utf8' })
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const containerfile = read('Containerfile')
const [stage = '', image = ''] = containerfile.split(/^FROM .*$/m).slice(1)
/** The commands that build the package and install it. */
const commands = [...stage.matchAll(/^RUN (.*)$/gm)].map(([, command]) => command!)
/** The arguments of an instruction, which must be a JSON list. */
const argumentsOf = (instruction: RegExp): string[] => JSON.parse(instruction.exec(image)![1]!)
const entrypoint = argumentsOf(/^ENTRYPOINT (.*)$/m)
const healthcheck = argumentsOf(/^HEALTHCHECK .*? CMD (.*)$/m)

// Builds the content of the image in a folder, from the files that .dockerignore permits, and with a copy of
// this project's node_modules instead of `npm ci`. The folder is outside the project, so that Node.js finds
// no package that the image lacks. Other users may read it.
const folder = mkdtempSync(join(tmpdir(), 'image-'))
chmodSync(folder, 0o755)
t.teardown(() => rmSync(folder, { recursive: true }))
for (const [, file] of read('.dockerignore').matchAll(/^!(.*)$/gm)) {
  cpSync(join(root, file!), join(folder, file!), { recursive: true })
}
// Not a symbolic link: npm omits packages that one places outside the folder. Hard links are quick, and need
// the same file system.
const copyOf = (...flags: string[]) => run('cp', [...flags, join(root, 'node_modules'), folder])
await copyOf('--archive', '--link').catch(() => copyOf('--archive', '--remove-destination'))
/** The environment without the variables of the test runner and of npm. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:TS_|TAP_|_TAP|npm_(?!config_registry))/.test(name))
)
// The package contains all its dependencies, so that npm needs no registry.
for (const command of commands.slice(1)) {
  const offline = { ...env, npm_config_offline: 'true' }
  await run('sh', ['-c', command], { cwd: folder, env: offline })
}

const program = entrypoint[0]!.replace('/opt/openstack-monitoring-api', join(folder, 'image'))
const installed = join(folder, 'image/lib/node_modules/openstack-monitoring-api')

t.test('installs the versions of the lock file', async (t) => t.equal(commands[0], 'npm ci'))

t.test('contains only the files that are needed to run it', async (t) => {
  t.same(readdirSync(installed).sort(), [
    'LICENSE', 'README.md', 'SECURITY.md', 'dist', 'node_modules', 'ops', 'package.json'
  ])
  t.same(readdirSync(join(installed, 'dist')).sort(), [
    'app.js', 'lib', 'plugins', 'routes', 'schemas', 'server.js', 'web'
  ])
})

interface LockFile {
  packages: Record<string, { version: string, dev?: boolean, optional?: boolean }>
}

t.test('contains the runtime dependencies as tested, and no development dependency', async (t) => {
  const { packages }: LockFile = JSON.parse(read('package-lock.json'))
  for (const [path, { version, dev = false, optional = false }] of Object.entries(packages)) {
    if (path === '' || optional) continue
    const manifest = join(installed, path, 'package.json')
    const installedVersion = existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version
    t.equal(installedVersion, !dev && version, path)
  }
})

t.test('runs with npx in a folder where it is installed', async (t) => {
  const cwd = t.testdir({ 'package.json': '{}' })
  // A folder is linked, and an archive would be unpacked once more.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', installed], { cwd, env })
  const { stdout } = await run('npx', ['openstack-monitoring-api', '--version'], { cwd, env })
  t.equal(stdout, `${JSON.parse(read('package.json')).version}\n`)
})

t.test('lists its settings, and rejects unknown arguments', async (t) => {
  const { stdout } = await run(program, ['--help'])
  for (const [name, { description }] of Object.entries(Settings.properties)) {
    t.ok(stdout.includes(`  ${name}`) && stdout.includes(description!), name)
  }
  for (const argument of ['--port', 'serve']) {
    const { code, stdout, stderr } = await run(program, [argument]).catch((err) => err)
    t.match({ code, stdout }, { code: 1, stdout: '' })
    t.match(stderr, new RegExp(`^[^\\n]*${argument}[^\\n]*\\n$`))
  }
})

t.test('serves requests, and passes its health check until it stops', async (t) => {
  const { port, stop } = await serve(t, [program])
  t.equal((await fetch(`http://127.0.0.1:${port}/v1/openstack/projects/summary`)).status, 200)
  const check = () =>
    run(process.execPath, healthcheck.slice(1), { env: { PORT: port } }).then(() => 0, ({ code }) => code)
  t.equal(healthcheck[0], 'node')
  t.equal(await check(), 0)
  t.equal(await stop(), 0)
  t.equal(await check(), 1)
})

const readOnly = ['--mount', 'sh', '-c', 'mount -o remount,bind,ro / && exec "$@"', 'sh']
const probe = spawnSync('unshare', [...readOnly, 'sh', '-c', `! touch ${folder}/x`], { stdio: 'ignore' })
const unprivileged = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs']

t.test('serves requests on a read-only root as an unprivileged user', {
  skip: probe.status !== 0 && 'needs root and permission to mount'
}, async (t) => {
  const { port, stop } = await serve(t, ['unshare', ...readOnly, ...unprivileged, program])
  t.equal((await fetch(`http://127.0.0.1:${port}/v1/openstack/projects/summary`)).status, 200)
  t.equal(await stop(), 0)
})

/** Starts the service with a command, and waits until it listens. */
async function serve (t: Test, command: [string, ...string[]]) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const child = spawn(...uninstrumented(...command), {
    env: { PATH: process.env.PATH, ...simulator.env, PORT: '0' },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => { child.kill('SIGKILL') })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (port === undefined) continue
    child.stdout.resume()
    return { port, stop: async () => { child.kill('SIGTERM'); return (await exited)[0] } }
  }
  throw new Error('the service did not start')
}
