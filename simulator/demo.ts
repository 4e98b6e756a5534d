import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { buildApp } from '#app.js'
import { adminInstanceId, adminProjectId } from './seed.js'
import { startSimulator } from './simulator.js'

// Runs the service over a simulated cloud: one process, real HTTP, nothing else to install.
// `--metrics prometheus` takes the metrics from a simulated Prometheus.
const { HOST, PORT, LOG_LEVEL = 'warn' } = process.env

try {
  const { values } = parseArgs({ options: { metrics: { type: 'string' } } })
  const { metrics: metricsStore = 'influxdb' } = values
  if (metricsStore !== 'influxdb' && metricsStore !== 'prometheus') {
    throw new Error('--metrics must be influxdb or prometheus')
  }
  const simulator = await startSimulator({ metricsStore })
  const app = await buildApp({
    env: { ...simulator.env, HOST, PORT, LOG_LEVEL }, logger: { level: LOG_LEVEL }
  })
  closeWithGrace({ delay: 5000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(err)
    await app.close()
    await simulator.close()
  })
  printUrls(await app.listen({ host: app.config.HOST, port: app.config.PORT }))
} catch (err) {
  const { code, message, port } = err as NodeJS.ErrnoException & { port?: number }
  const inUse = code === 'EADDRINUSE'
  console.error(inUse ? `Port ${port} is in use. Choose another: PORT=8081 npm run demo` : message)
  process.exit(1)
}

function printUrls (origin: string): void {
  const projects = `${origin}/v1/openstack/projects`
  console.log(`${origin}/ui/
${origin}/docs
${projects}/summary
${projects}/${adminProjectId}/instances?limit=10
${projects}/${adminInstanceId}/cpuUsage?defaultTimeRange=1h&groupBy=5m

curl -s '${projects}/${adminInstanceId}/networkIo?defaultTimeRange=10m&groupBy=1m'

The cloud and its metrics are simulated. Press Ctrl-C to stop.`)
}
