import { openstackJson } from './openstackclient.js'

type Row = Record<string, any>

/** The expected summaries by project name, and some of their numbers counted from lists. */
export async function expectedProjects () {
  const [projects, floatingIps, securityGroups] = await openstackJson([
    'project list --long', 'floating ip list --long', 'security group list'
  ])
  const outputs = await openstackJson(projects.flatMap(({ ID }: Row) => [
    `quota list --detail --compute --project ${ID}`,
    `quota list --detail --network --project ${ID}`,
    // `--detail` of this client lacks Cinder: the limits are in `quota show`, the usage is counted.
    `quota show ${ID}`,
    `volume list --project ${ID}`,
    `server list --project ${ID}`
  ]))
  const entries = projects.map((project: Row) => {
    const [compute, network, limits, volumes, servers] = outputs.splice(0, 5)
    const countOwn = (rows: Row[]) => rows.filter(({ Project }) => Project === project.ID).length
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
      counted: {
        instancesUsed: servers.length,
        floatingIpsUsed: countOwn(floatingIps),
        securityGroupsUsed: countOwn(securityGroups)
      }
    }]
  })
  return Object.fromEntries(entries)
}

function quota (name: string, rows: Row[], resource: string) {
  const row = rows.find(({ Resource }) => Resource === resource)
  return { [`${name}Limit`]: row?.Limit, [`${name}Used`]: row?.['In Use'] }
}

/** The expected instances of all projects, newest first, from the output of openstackclient. */
export async function expectedInstances () {
  const [servers, flavors]: Row[][] = await openstackJson([
    'server list --all-projects --long', 'flavor list --all --long'
  ])
  const details: Row[] = await openstackJson(servers!.map(({ ID }) => `server show ${ID}`))
  return servers!.map((server, index) => {
    const detail = details[index]!
    const flavor = flavors!.find(({ ID }) => ID === server['Flavor ID'])!
    return {
      address: Object.values<string[]>(server.Networks).flat().sort(),
      disk_gb: flavor.Disk,
      ended_at: detail['OS-SRV-USG:terminated_at']?.slice(0, 19) ?? '',
      flavor: server['Flavor Name'],
      instance_id: server.ID,
      memory_mb: flavor.RAM,
      name: detail.name,
      started_at: detail['OS-SRV-USG:launched_at']?.slice(0, 19) ?? null,
      state: detail.status,
      tenant_id: detail.project_id,
      vcpus: flavor.VCPUs,
      zone: detail['OS-EXT-AZ:availability_zone'] || null
    }
  })
}
