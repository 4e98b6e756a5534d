import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { parse } from 'yaml'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import { applicationCredential } from './keystone.js'
import { clientConfig } from './openstackclient.js'

const { auth_url: OS_AUTH_URL } = parse(readFileSync(clientConfig, 'utf8')).clouds.admin.auth

const admin = await build(t)
const { service, ...seeded } = await readSummary(admin)
const ids = Object.fromEntries(Object.values(seeded).map(({ name, id }) => [name, id]))

t.test('a reader of each project sees what an admin sees, except a project without a role', async (t) => {
  const monitor = await build(t, { OS_CLOUD: 'monitor' })
  t.strictSame(await readSummary(monitor), seeded)
  for (const [name, id] of Object.entries(ids)) {
    t.strictSame(await instances(monitor, id), await instances(admin, id), name)
  }
  t.equal((await read(monitor, instancesUrl(service!.id))).status, 404)
})

t.test('a member of one project sees only that project', async (t) => {
  await checkOnlyDemo(t, { OS_CLOUD: 'demo' })
})

t.test('an application credential sees what its user and project see', async (t) => {
  await t.test('a member', async (t) => {
    const { id, secret } = await applicationCredential(t, 'demo')
    await checkOnlyDemo(t, {
      OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret
    })
  })
  await t.test('a member, by the credential\'s name', async (t) => {
    const { name, secret } = await applicationCredential(t, 'demo')
    await checkOnlyDemo(t, {
      OS_AUTH_URL,
      OS_USERNAME: 'demo',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_APPLICATION_CREDENTIAL_NAME: name,
      OS_APPLICATION_CREDENTIAL_SECRET: secret
    })
  })
  await t.test('an admin', async (t) => {
    const { id, secret } = await applicationCredential(t, 'admin')
    const app = await build(t, {
      OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret
    })
    t.strictSame(await readSummary(app), { service, ...seeded })
    t.strictSame(await instances(app, ids.demo!), await instances(admin, ids.demo!))
  })
})

t.test('a wrong password of the service is 502, and no response contains it', async (t) => {
  const app = await build(t, { OS_CLOUD: 'admin', OS_PASSWORD: 'not-the-password' })
  const { status, headers, body } = await read(app, instancesUrl(ids.demo!))
  t.equal(status, 502)
  t.match(headers['content-type'], 'application/problem+json')
  t.notMatch(JSON.stringify(body), /password|127\.0\.0\.1/)
})

async function checkOnlyDemo (t: Test, env: Record<string, string>) {
  const app = await build(t, env)
  t.strictSame(await readSummary(app), { demo: seeded.demo })
  t.strictSame(await instances(app, ids.demo!), await instances(admin, ids.demo!))
  t.equal((await read(app, instancesUrl(ids.web!))).status, 404, 'it does not see other projects')
}

/** The instances without their uptimes, which change with the time. */
async function instances (app: Awaited<ReturnType<typeof build>>, project: string) {
  const pages = await readPages(app, instancesUrl(project, { limit: '3' }))
  return pages.map((page) => ({ ...page, metric: page.metric.map(({ uptime, ...instance }) => instance) }))
}
