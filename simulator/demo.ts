import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { buildApp } from '#app.js'
import { startDemoCloud } from './demo-cloud.js'
import { adminInstanceId, adminProjectId } from './seed.js'
import { passcode, password } from './users.js'

// Runs the service over a simulated cloud: one process, real HTTP, nothing else to install.
const help = `Usage: npm run demo -- [options]

Runs the service over a simulated cloud.

  --large             1,002 projects and 10,043 instances, instead of 52 and 543
  --metrics <store>   where the metrics are: influxdb (as without it), or prometheus
  --trouble           block storage refuses one project in six, so that responses are partial
  --help              prints this

The environment variables HOST, PORT, LOG_LEVEL and AUTH are those of the service. With AUTH=keystone the
demo prints users to sign in with.`

/** A user for each scope, and what the user sees. */
const users = [
  ['admin', 'all projects'],
  ['lead', 'the projects of a domain'],
  ['demo', 'one project'],
  ['factors', `one project, with the passcode ${passcode} as the second factor`]
] as const

const { HOST, PORT, AUTH = 'none', LOG_LEVEL = 'warn' } = process.env

try {
  const { values } = parseArgs({
    options: {
      large: { type: 'boolean' },
      metrics: { type: 'string', default: 'influxdb' },
      trouble: { type: 'boolean' },
      help: { type: 'boolean' }
    }
  })
  const { large, metrics: metricsStore, trouble } = values
  if (metricsStore !== 'influxdb' && metricsStore !== 'prometheus') {
    throw new Error('--metrics must be influxdb or prometheus')
  }
  if (values.help) console.log(help)
  else await run(await startDemoCloud({ metricsStore, large, trouble }))
} catch (err) {
  const { code, message, port } = err as NodeJS.ErrnoException & { port?: number }
  const inUse = code === 'EADDRINUSE'
  console.error(inUse ? `Port ${port} is in use. Choose another: PORT=8081 npm run demo` : message)
  process.exit(1)
}

async function run (simulator: Awaited<ReturnType<typeof startDemoCloud>>): Promise<void> {
  // The simulated cloud delays the event loop as well, which says nothing of the service's own load.
  const env = { ...simulator.env, HOST, PORT, AUTH, LOG_LEVEL, OVERLOAD_DELAY: '0' }
  const app = await buildApp({ env, logger: { level: LOG_LEVEL } })
  closeWithGrace({ delay: 5000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(err)
    await app.close()
    await simulator.close()
  })
  const origin = await app.listen({ host: app.config.HOST, port: app.config.PORT })
  const uses = AUTH === 'none' ? requests(`${origin}/v1/openstack/projects`) : signIns()
  console.log(`${origin}/ui/
${origin}/docs
${uses}

The cloud and its metrics are simulated. Press Ctrl-C to stop.`)
}

function requests (projects: string): string {
  return `${projects}/summary
${projects}/${adminProjectId}/instances?limit=10
${projects}/${adminInstanceId}/cpuUsage?defaultTimeRange=1h&groupBy=5m

curl -s '${projects}/${adminInstanceId}/networkIo?defaultTimeRange=10m&groupBy=1m'`
}

function signIns (): string {
  return `
Users to sign in with at the page. Each has the domain Default and the password "${password}":
${users.map(([name, sees]) => `  ${name.padEnd(8)}  sees ${sees}`).join('\n')}`
}
