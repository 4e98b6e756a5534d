import { execFile, spawn, spawnSync } from 'node:child_process'
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

const run = promisify(execFile)
/** Arguments of `env`: the test runner would watch each process of Node's. */
const bare = ['-u', 'NODE_OPTIONS']
const read = (file: string) => readFileSync(join(root, file), 'utf8')

t.setTimeout(300_000)

const containerfile = read('Containerfile')
const [stage = '', image = ''] = containerfile.split(/^FROM .*$/m).slice(1)
/** The commands that make the package, and install it. */
const commands = [...stage.matchAll(/^RUN (.*)$/gm)].map(([, command]) => command!)
/** The arguments of an instruction in its form of a list. */
const argumentsOf = (instruction: RegExp): string[] => JSON.parse(instruction.exec(image)![1]!)
const entrypoint = argumentsOf(/^ENTRYPOINT (.*)$/m)
const healthcheck = argumentsOf(/^HEALTHCHECK .*? CMD (.*)$/m)

// As an image is made, in a folder: with what .dockerignore lets in, and this project's own packages for
// those that `npm ci` installs. It is outside of the project, so that no package is found there which the
// image lacks, and others may read it.
const folder = mkdtempSync(join(tmpdir(), 'image-'))
chmodSync(folder, 0o755)
t.teardown(() => rmSync(folder, { recursive: true }))
for (const [, file] of read('.dockerignore').matchAll(/^!(.*)$/gm)) {
  cpSync(join(root, file!), join(folder, file!), { recursive: true })
}
// A copy: through a link npm finds some of the packages to be outside of the folder, and leaves them out.
cpSync(join(root, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true })
/** Without what the test runner and npm tell their own processes. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:TS_|TAP_|_TAP|npm_(?!config_registry))/.test(name))
)
// All that it needs is in the package: no registry is asked.
for (const command of commands.slice(1)) {
  await run('env', [...bare, 'sh', '-c', command], {
    cwd: folder, env: { ...env, npm_config_offline: 'true' }
  })
}

const program = entrypoint[0]!.replace('/opt/openstack-monitoring-api', join(folder, 'image'))
const installed = join(folder, 'image/lib/node_modules/openstack-monitoring-api')

t.test('is made of what the lock file says', async (t) => t.equal(commands[0], 'npm ci'))

t.test('holds what is needed to run it, and nothing else', async (t) => {
  t.same(readdirSync(installed).sort(), [
    'LICENSE', 'README.md', 'SECURITY.md', 'dist', 'node_modules', 'ops', 'package.json'
  ])
  t.same(readdirSync(join(installed, 'dist')).sort(), [
    'app.js', 'lib', 'plugins', 'routes', 'schemas', 'server.js'
  ])
})

t.test('has the packages that it was tested with, and none of those that it was tested by', async (t) => {
  const { packages } = JSON.parse(
    read('package-lock.json')
  ) as { packages: Record<string, { version: string, dev?: boolean, optional?: boolean }> }
  for (const [path, { version, dev = false, optional = false }] of Object.entries(packages)) {
    if (path === '' || optional) continue
    const there = join(installed, path, 'package.json')
    t.equal(existsSync(there) && JSON.parse(readFileSync(there, 'utf8')).version, !dev && version, path)
  }
})

t.test('runs by npx in a folder where it was installed', async (t) => {
  const cwd = t.testdir({ 'package.json': '{}' })
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'))!
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, archive)], { cwd, env })
  t.equal(
    (await run('npx', ['openstack-monitoring-api', '--version'], { cwd, env })).stdout,
    `${JSON.parse(read('package.json')).version}\n`
  )
})

t.test('tells its settings, and refuses what it does not know', async (t) => {
  const { stdout } = await run(program, ['--help'])
  for (const [name, { description }] of Object.entries(Settings.properties)) {
    t.ok(stdout.includes(`  ${name}`) && stdout.includes(description!), name)
  }
  for (const argument of ['--port', 'serve']) {
    const { code, stdout, stderr } = await run(program, [argument]).catch((err) => err)
    t.match(
      { code, stdout, stderr }, { code: 1, stdout: '', stderr: new RegExp(`^[^\\n]*${argument}[^\\n]*\\n$`) }
    )
  }
})

t.test('serves', async (t) => {
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
const can = spawnSync('unshare', [...readOnly, 'sh', '-c', `! touch ${folder}/x`], {
  stdio: 'ignore'
}).status === 0
const user = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs']

t.test('serves on a read-only root, as another user', {
  skip: !can && 'needs root, and leave to mount'
}, async (t) => {
  const { port, stop } = await serve(t, ['unshare', ...readOnly, ...user, program])
  t.equal((await fetch(`http://127.0.0.1:${port}/v1/openstack/projects/summary`)).status, 200)
  t.equal(await stop(), 0)
})

/** Runs a command that becomes the service. */
async function serve (t: Test, command: string[]) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const child = spawn('env', [...bare, ...command], {
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
  throw new Error('it did not start')
}
