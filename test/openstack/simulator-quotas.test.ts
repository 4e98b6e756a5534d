import t from 'tap'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { openSides } from './side.js'

const sides = await openSides(t)
const nobody = '00000000000000000000000000000000'

const network: Requests = {
  versions: () => ({ path: '/' }),
  'a quota': ({ projects }) => ({ path: `/v2.0/quotas/${projects.demo}/details.json` }),
  'a quota, without .json': ({ projects }) => ({ path: `/v2.0/quotas/${projects.demo}/details` }),
  'a quota of no project': () => ({ path: `/v2.0/quotas/${nobody}/details.json` }),
  'a member\'s own quota': ({ projects }) => ({
    path: `/v2.0/quotas/${projects.demo}/details.json`, as: 'demo'
  }),
  'another\'s quota, as a member': ({ projects }) => ({
    path: `/v2.0/quotas/${projects.admin}/details.json`, as: 'demo'
  }),
  'another\'s quota, as a reader': ({ projects }) => ({
    path: `/v2.0/quotas/${projects.demo}/details.json`, as: 'monitor'
  }),
  'a quota without a token': ({ projects }) => ({
    path: `/v2.0/quotas/${projects.demo}/details.json`, as: 'nobody'
  }),
  'no path of Neutron\'s': () => ({ path: '/v2.0/nothing-here' })
}

const blockStorage: Requests = {
  versions: () => ({ path: '/' }),
  'a quota with its usage': ({ projects }) => ({
    path: `/v3/${projects.admin}/os-quota-sets/${projects.demo}?usage=true`
  }),
  'a quota with its usage, in other letters': ({ projects }) => ({
    path: `/v3/${projects.admin}/os-quota-sets/${projects.demo}?usage=True`
  }),
  'a quota': ({ projects }) => ({ path: `/v3/${projects.admin}/os-quota-sets/${projects.demo}` }),
  'a quota without the token\'s project': ({ projects }) => ({
    path: `/v3/os-quota-sets/${projects.demo}?usage=true`
  }),
  'a quota with another project than the token\'s': ({ projects }) => ({
    path: `/v3/${projects.demo}/os-quota-sets/${projects.demo}?usage=true`
  }),
  'a quota of no project': ({ projects }) => ({
    path: `/v3/${projects.admin}/os-quota-sets/${nobody}?usage=true`
  }),
  'a member\'s own quota': ({ projects }) => ({
    path: `/v3/${projects.demo}/os-quota-sets/${projects.demo}?usage=true`, as: 'demo'
  }),
  'another\'s quota, as a member': ({ projects }) => ({
    path: `/v3/${projects.demo}/os-quota-sets/${projects.admin}?usage=true`, as: 'demo'
  }),
  'another\'s quota, as a reader': ({ projects }) => ({
    path: `/v3/${projects.admin}/os-quota-sets/${projects.demo}?usage=true`, as: 'monitor'
  }),
  'a quota without a token': ({ projects }) => ({
    path: `/v3/${projects.admin}/os-quota-sets/${projects.demo}`, as: 'nobody'
  }),
  'no path of Cinder\'s': ({ projects }) => ({ path: `/v3/${projects.admin}/nothing-here` })
}

compare(t, sides, 'network', network)
compare(t, sides, 'block-storage', blockStorage)
