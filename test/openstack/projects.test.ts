import t from 'tap'
import { build, readSummary } from './cloud.js'
import { openstackJson, openstackScript } from './openstackclient.js'

const domain = `domain-${process.pid}`
const excluded = `excluded-${process.pid}`
const disabled = `disabled-${process.pid}`

t.teardown(() => openstackScript([
  `project delete ${disabled}`,
  `project delete --domain ${domain} ${excluded}`,
  `domain set --disable ${domain}`,
  `domain delete ${domain}`
]))
const [{ id: domainId }] = await openstackJson([
  `domain create ${domain}`,
  `project create --domain ${domain} ${excluded}`,
  `project create --disable --description gone ${disabled}`
])

t.test('a disabled project is listed with its numbers', async (t) => {
  const summary = await readSummary(await build(t))
  t.match(summary[disabled], {
    description: 'gone', enabled: false, instancesLimit: 10, instancesUsed: 0, volumeStorageLimitGb: 1000
  })
  t.notOk(summary[disabled]!.unavailable)
})

t.test('EXCLUDE_DOMAINS removes the projects of those domains and no others', async (t) => {
  const all = Object.keys(await readSummary(await build(t)))
  t.ok(all.includes(excluded))
  t.notOk(all.includes(domain), 'a domain is no project')
  for (const EXCLUDE_DOMAINS of [domain, domainId, `no-such-domain,${domain}`]) {
    const summary = await readSummary(await build(t, { OS_CLOUD: 'admin', EXCLUDE_DOMAINS }))
    t.strictSame(Object.keys(summary), all.filter((name) => name !== excluded), EXCLUDE_DOMAINS)
  }
})
