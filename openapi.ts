import { writeFile } from 'node:fs/promises'
import { buildApp } from './app.js'

// Writes the OpenAPI document, as the service serves it with or without AUTH=keystone, into the working
// directory. It needs no cloud: the service sends no request before it listens.
const env = {
  AUTH: process.env.AUTH,
  OS_AUTH_URL: 'http://127.0.0.1/v3',
  OS_USERNAME: 'nobody',
  OS_PASSWORD: 'none',
  OS_PROJECT_NAME: 'none',
  LOG_LEVEL: 'silent',
  // A busy machine would write a rejected request.
  OVERLOAD_DELAY: '0'
}
const app = await buildApp({ env })
await writeFile('openapi.json', `${JSON.stringify((await app.inject('/openapi.json')).json(), null, 2)}\n`)
await writeFile('openapi.yaml', (await app.inject('/openapi.yaml')).body)
await app.close()
