import { startSimulator } from './simulator.js'

// The simulated cloud in a process of its own, until it is killed: prints the settings that point the service at it.
// PROJECTS, INSTANCES, LATENCY (ms) and FAILURES (0 to 1) in the environment are the simulator's options.
// On SIGUSR2 it prints how many calls it has received.
const number = (name: string) => process.env[name] === undefined ? undefined : Number(process.env[name])

const { env, received } = await startSimulator({
  projects: number('PROJECTS'), instances: number('INSTANCES'), latency: number('LATENCY'), failures: number('FAILURES')
})
process.on('SIGUSR2', () => console.log(`RECEIVED=${received()}`))
for (const [name, value] of Object.entries(env)) console.log(`${name}=${value}`)
