import type { SimulatedCall } from './calls.js'
import type { Cloud } from './cloud.js'
import { hostOf } from './instances.js'
import { projectIdOf } from './population.js'
import { countUsage, type Amounts, type Project, type Resource } from './projects.js'
import { share } from './random.js'
import { adminInstanceId } from './seed.js'
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator.js'
import { fault } from './world.js'

export interface DemoOptions extends Pick<SimulatorOptions, 'metricsStore' | 'now'> {
  /** 1,002 projects and 10,043 instances instead of 52 and 543. */
  large?: boolean
  /** Whether block storage refuses the quotas of some projects. */
  trouble?: boolean
}

/** Starts the simulated cloud of the demo. */
export async function startDemoCloud (
  { large = false, trouble = false, ...rest }: DemoOptions = {}
): Promise<Simulator> {
  const { now = Date.now } = rest
  const size = large ? { projects: 1000, instances: 10_000 } : { projects: 50, instances: 500 }
  const simulator = await startSimulator({ ...size, ...rest })
  addVariety(simulator.cloud, size.projects, Math.floor(now() / 1000))
  if (trouble) {
    const unreadable = unreadableProjects(size.projects)
    simulator.intercept = (call) => unreadable.has(projectOfQuota(call)) ? refusal : undefined
  }
  return simulator
}

/** The differences of one further project from the population. */
interface Variation {
  name?: string
  description?: string
  enabled?: false
  /** The first words of its instances' names, by those of the population. */
  words?: Record<string, string>
  /** Usage that does not come from instances. */
  used?: Partial<Pick<Amounts, 'securityGroups' | 'volumes' | 'gigabytes'>>
  /** Limits by the share of them that is used, in percent. */
  percent?: Partial<Amounts>
  limits?: Partial<Amounts>
}

/** The longest that Keystone takes: 64 characters. */
const longName = 'research-recommendations-and-personalisation-experiments-in-prod'

/** The variations, by the number of the project. */
const variations: Record<number, Variation> = {
  1: { percent: { floatingIps: 100 } },
  3: { percent: { vcpus: 94 } },
  4: { percent: { instances: 107 } },
  6: { percent: { floatingIps: 85 } },
  7: { limits: { volumes: 0, gigabytes: 0 }, used: { volumes: 0, gigabytes: 0 } },
  8: {
    name: '결제-운영',
    description: '결제 서비스의 운영 환경',
    words: { web: '웹', api: '주문-api', db: '데이터베이스', worker: '작업', cache: '캐시', monasca: '모니터링' },
    percent: { memoryMb: 88 }
  },
  10: { used: { volumes: 19, gigabytes: 1884 }, limits: { volumes: 20, gigabytes: 2048 } },
  12: { used: { securityGroups: 9 }, limits: { securityGroups: 10 } },
  13: {
    name: '데이터분석-개발',
    description: '데이터 분석 팀의 개발 환경',
    words: { web: '화면', api: '수집-api', db: '저장소', worker: '분석', cache: '캐시', monasca: '지표' },
    percent: { vcpus: 100 }
  },
  16: {
    name: longName,
    description: 'Experiments of the research team, each of them on a copy of the whole catalog',
    words: { monasca: 'monitoring-of-the-personalised-home-page-for-returning-visitors-experiment' }
  },
  18: {
    name: 'مشروع-التتبع',
    description: 'فريق التتبع',
    words: { api: 'واجهة', cache: 'ذاكرة', db: 'قاعدة-البيانات', monasca: 'مراقبة' }
  },
  20: { limits: { instances: -1, vcpus: -1, memoryMb: -1 } },
  22: { used: { volumes: 24, gigabytes: 1127 }, limits: { volumes: 30, gigabytes: 1024 } },
  23: { limits: { floatingIps: 0 } },
  24: { limits: { floatingIps: 0 } },
  27: { enabled: false },
  29: { percent: { memoryMb: 81 } },
  33: { percent: { instances: 90 } },
  37: { percent: { vcpus: 103 } },
  42: { percent: { memoryMb: 97 } },
  45: { name: '연구-시험', description: '연구 팀의 시험 환경', limits: { volumes: -1, gigabytes: -1 } }
}

/** Projects from this number on have the quotas of the variations again, but not their names. */
const period = 150

/** Gives the further projects and their instances the variety of a real cloud's. */
function addVariety (
  { projects, instances, instancesByProject, instancesById }: Cloud, count: number, now: number
): void {
  for (let n = 0; n < count; n++) {
    const { name, description, words = {}, enabled = true, ...quotas } = variations[n % period] ?? {}
    const project = projects.get(projectIdOf(n))!
    const own = instancesByProject.get(project.id) ?? []
    // The scheduler found no host for one in 17.
    for (const instance of own.filter((_, i) => i % 17 === 8)) {
      Object.assign(instance, { status: 'ERROR', launched: null, addresses: [] })
    }
    project.used = { ...project.used, ...countUsage(own), ...quotas.used }
    varyLimits(project, n, quotas)
    if (!enabled) project.enabled = false
    if (n >= period) continue
    Object.assign(project, name && { name }, description && { description })
    for (const instance of own) {
      instance.name = instance.name.replace(/^[a-z]+/, (word) => words[word] ?? word)
    }
  }

  // The agent of one host was down for 20 minutes: in the last hour, but not in its newer half.
  const host = hostOf(instancesById.get(adminInstanceId)!)
  const outage = { start: now - 52 * 60, end: now - 32 * 60 }
  for (const instance of instances) if (hostOf(instance) === host) instance.outage = outage
}

function varyLimits (project: Project, n: number, { percent, limits }: Variation): void {
  // The first two are those of the population: one is unlimited, and one has reached every limit.
  const usual = n < 2 ? {} : { vcpus: 25 + 50 * share(8, n), memoryMb: 30 + 48 * share(9, n) }
  const byPercent = Object.entries({ ...usual, ...percent }).map(([resource, share]) =>
    [resource, limitFor(project.used[resource as Resource], share, resource === 'memoryMb' ? 1024 : 1)])
  project.limits = { ...project.limits, ...Object.fromEntries(byPercent), ...limits }
}

/**
 * The multiple of a step of which a usage is about so many percent. Over 100 it stays over the limit, but a
 * small usage would be far over it, and so reaches it only.
 */
function limitFor (used: number, percent: number, step: number): number {
  if (percent > 100 && used >= 10) return step * Math.floor(100 * used / percent / step)
  return step * Math.ceil(100 * used / Math.min(percent, 100) / step)
}

/** One project in six, among them some that are full. */
function unreadableProjects (count: number): Set<string | undefined> {
  return new Set(Array.from({ length: count }, (_, n) => n).filter((n) => n % 6 === 4).map(projectIdOf))
}

/** It counts as no sign of an unhealthy service, which would not be called any more for other projects. */
const refusal =
  fault(403, 'forbidden', "Policy doesn't allow volume_extension:quotas:show to be performed.")

const projectOfQuota = ({ upstream, path }: SimulatedCall) =>
  upstream === 'block-storage' ? /\/os-quota-sets\/([^/]+)$/.exec(path)?.[1] : undefined
