import closeWithGrace from 'close-with-grace'
import { buildApp } from '#app.js'
import { adminInstanceId, adminProjectId } from './seed.js'
import { startSimulator } from './simulator.js'

// The whole service over a simulated cloud, in one process but over HTTP, with nothing else installed.
const { HOST, PORT, LOG_LEVEL = 'warn' } = process.env

try {
  const simulator = await startSimulator()
  const app = await buildApp({ env: { ...simulator.env, HOST, PORT, LOG_LEVEL }, logger: { level: LOG_LEVEL } })
  closeWithGrace({ delay: 5000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(err)
    await app.close()
    await simulator.close()
  })
  welcome(await app.listen({ host: app.config.HOST, port: app.config.PORT }))
} catch (err) {
  const { code, message, port } = err as NodeJS.ErrnoException & { port?: number }
  console.error(code === 'EADDRINUSE' ? `Port ${port} is taken: set PORT to another, such as PORT=8081 npm run demo` : message)
  process.exit(1)
}

function welcome (origin: string): void {
  const projects = `${origin}/v1/openstack/projects`
  console.log(`${origin}/docs
${projects}/summary
${projects}/${adminProjectId}/instances?limit=10
${projects}/${adminInstanceId}/cpuUsage?defaultTimeRange=1h&groupBy=5m

curl -s '${projects}/${adminInstanceId}/networkIo?defaultTimeRange=10m&groupBy=1m'

The cloud and its metrics are simulated. Ctrl-C ends both.`)
}
