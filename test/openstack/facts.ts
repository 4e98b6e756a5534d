import { ask } from './openstackclient.js'

type Row = Record<string, any>

/** What openstackclient says of each project, in the words of the summary, by the projects' names. */
export async function projectFacts () {
  const [projects, floatingIps, securityGroups] = await ask([
    'project list --long', 'floating ip list --long', 'security group list'
  ])
  const said = await ask(projects.flatMap(({ ID }: Row) => [
    `quota list --detail --compute --project ${ID}`,
    `quota list --detail --network --project ${ID}`,
    // this client's `--detail` has nothing of Cinder: its limits are in here, its usage is what is listed
    `quota show ${ID}`,
    `volume list --project ${ID}`,
    `server list --project ${ID}`
  ]))
  const facts = projects.map((project: Row) => {
    const [compute, network, limits, volumes, servers] = said.splice(0, 5)
    const own = (rows: Row[]) => rows.filter(({ Project }) => Project === project.ID).length
    return [project.Name, {
      summary: {
        id: project.ID,
        name: project.Name,
        description: project.Description,
        enabled: project.Enabled,
        ...quota('instances', compute, 'instances'),
        ...quota('vcpus', compute, 'cores'),
        ...quota('memoryMb', compute, 'ram'),
        ...quota('floatingIps', network, 'floating_ips'),
        ...quota('securityGroups', network, 'security_groups'),
        volumeStorageLimit: limits.volumes,
        volumeStorageUsed: volumes.length,
        volumeStorageLimitGb: limits.gigabytes,
        volumeStorageUsedGb: volumes.reduce((sum: number, { Size }: Row) => sum + Size, 0)
      },
      /** Some of the above once more, counted one by one. */
      listed: {
        instancesUsed: servers.length,
        floatingIpsUsed: own(floatingIps),
        securityGroupsUsed: own(securityGroups)
      }
    }]
  })
  return Object.fromEntries(facts)
}

function quota (name: string, rows: Row[], resource: string) {
  const row = rows.find(({ Resource }) => Resource === resource)
  return { [`${name}Limit`]: row?.Limit, [`${name}Used`]: row?.['In Use'] }
}

/** What openstackclient says of each server, in the words of the instances, newest first. */
export async function instanceFacts () {
  const [servers, flavors]: Row[][] = await ask([
    'server list --all-projects --long', 'flavor list --all --long'
  ])
  const shown: Row[] = await ask(servers!.map(({ ID }) => `server show ${ID}`))
  return servers!.map((server, index) => {
    const show = shown[index]!
    const flavor = flavors!.find(({ ID }) => ID === server['Flavor ID'])!
    return {
      address: Object.values<string[]>(server.Networks).flat().sort(),
      disk_gb: flavor.Disk,
      ended_at: show['OS-SRV-USG:terminated_at']?.slice(0, 19) ?? '',
      flavor: server['Flavor Name'],
      instance_id: server.ID,
      memory_mb: flavor.RAM,
      name: show.name,
      started_at: show['OS-SRV-USG:launched_at']?.slice(0, 19) ?? null,
      state: show.status,
      tenant_id: show.project_id,
      vcpus: flavor.VCPUs,
      zone: show['OS-EXT-AZ:availability_zone'] || null
    }
  })
}
