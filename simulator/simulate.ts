import { startSimulator } from './simulator.js'

// Runs the simulated cloud in its own process and prints the settings with which the service uses it. The
// environment variables PROJECTS, INSTANCES, LATENCY (ms) and FAILURES (0 to 1) are the simulator's options.
// On SIGUSR2 it prints the number of received calls.
const number = (name: string) => process.env[name] === undefined ? undefined : Number(process.env[name])

const { env, received } = await startSimulator({
  projects: number('PROJECTS'),
  instances: number('INSTANCES'),
  latency: number('LATENCY'),
  failures: number('FAILURES')
})
process.on('SIGUSR2', () => console.log(`RECEIVED=${received()}`))
for (const [name, value] of Object.entries(env)) console.log(`${name}=${value}`)
