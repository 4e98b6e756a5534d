import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isScalar, parseDocument, visit } from 'yaml'
import type { Pair } from 'yaml'
import { homeFolder } from '#lib/config/home.js'
import type { Settings } from '#lib/config/settings.js'
import { InvalidSetting } from '#lib/errors.js'

type Values = Record<string, unknown>

/** One cloud of `clouds.yaml`, or a part of it, with `_` for each `-` of its keys. */
export type Entry = Values & { auth: Values }

type FileSettings = Pick<Settings, 'OS_CLIENT_CONFIG_FILE' | 'OS_CLIENT_SECURE_FILE' | 'OS_REGION_NAME'>

/**
 * One cloud as openstacksdk reads it: its profile in `clouds-public.yaml`, its entries in `clouds.yaml` and
 * `secure.yaml`, and the values of its region, each over those before it. Scalars are the text of the file,
 * without a type. Source: openstacksdk's manual, "Configuring OpenStack SDK Applications".
 * @throws InvalidSetting
 */
export function loadEntry (name: string, settings: FileSettings): Entry {
  const { OS_CLIENT_CONFIG_FILE, OS_CLIENT_SECURE_FILE, OS_REGION_NAME } = settings
  const file = OS_CLIENT_CONFIG_FILE ?? findFile('clouds')
  if (file === undefined) {
    throw new InvalidSetting(
      `OS_CLOUD names ${name}, but there is no clouds.yaml in ${folders().join(', ')}`
    )
  }
  const secureFile = OS_CLIENT_SECURE_FILE ?? findFile('secure', dirname(file))
  const entries = [
    parseEntry('OS_CLIENT_CONFIG_FILE', file, 'clouds', name),
    secureFile === undefined
      ? undefined
      : parseEntry('OS_CLIENT_SECURE_FILE', secureFile, 'clouds', name)
  ].filter((entry) => entry !== undefined)
  if (entries.length === 0) {
    throw new InvalidSetting(`OS_CLOUD must be a cloud of ${file}: it has no ${name}`)
  }
  const own = entries.reduce(merge)
  const profile = loadProfile(own.profile ?? own.cloud)
  return selectRegion(merge(profile, own), regionsOf(own) ?? regionsOf(profile), OS_REGION_NAME)
}

const merge = (base: Entry, over: Entry): Entry =>
  ({ ...base, ...over, auth: { ...base.auth, ...over.auth } })

/** A profile is one of openstacksdk's own, or one of a file. Only those of the file are known here. */
function loadProfile (name: unknown): Entry {
  if (!name) return { auth: {} }
  const file = findFile('clouds-public')
  const profile = file === undefined
    ? undefined
    : parseEntry('clouds-public.yaml', file, 'public-clouds', String(name))
  if (profile !== undefined) return profile
  throw new InvalidSetting(
    'profile in clouds.yaml must be in a clouds-public.yaml: write the auth_url and the region of the ' +
    'profile into the cloud instead'
  )
}

const invalidRegions = () => new InvalidSetting(
  'regions in clouds.yaml must be a list of names, or of maps with a name and values'
)

interface Region {
  name: string
  values: Entry
}

/** The regions of an entry: the list `regions`, or one or more names in `region_name`. */
function regionsOf ({ regions, region_name: name }: Values): Region[] | undefined {
  const list = regions ?? (typeof name === 'string' ? name.split(',') : name) ?? undefined
  if (list === undefined) return undefined
  return [list].flat().map((region) => {
    const { name, values } = typeof region === 'string' ? { name: region } : toMap(region, invalidRegions)
    if (typeof name !== 'string') throw invalidRegions()
    return { name, values: toEntry(values, invalidRegions) }
  })
}

/** The entry with the values of the wanted region, or of the first one, over its own. */
function selectRegion ({ regions, ...entry }: Entry, known: Region[] = [], wanted?: string) {
  const region = wanted === undefined ? known[0] : known.find(({ name }) => name === wanted)
  if (wanted !== undefined && region === undefined && Array.isArray(regions)) {
    throw new InvalidSetting(
      `OS_REGION_NAME must be a region of the cloud: ${known.map(({ name }) => name).join(', ')}`
    )
  }
  return region === undefined ? entry : { ...merge(entry, region.values), region_name: region.name }
}

/** The folders that openstacksdk searches, in its order. */
function folders () {
  const { XDG_CONFIG_HOME, XDG_CONFIG_DIRS = '/etc/xdg' } = process.env
  const home = join(homeFolder(), '.config')
  const all = [XDG_CONFIG_HOME ?? home, home, ...XDG_CONFIG_DIRS.split(':'), '/etc']
  return ['.', ...new Set(all.map((folder) => join(folder, 'openstack')))]
}

const findFile = (name: string, ...first: string[]) => [...first, ...folders()]
  .flatMap((folder) => ['yaml', 'yml', 'json'].map((suffix) => join(folder, `${name}.${suffix}`)))
  .find(existsSync)

/** A cloud, or a profile, of a file; `undefined` where the file does not have it. */
function parseEntry (setting: string, file: string, section: string, name: string) {
  const invalid = (reason: string) =>
    new InvalidSetting(`${setting} must be a YAML file of clouds that can be read: ${file} (${reason})`)
  const noMap = () => invalid(`${section} is no map of maps`)
  const entries = toMap(toMap(parseFile(file, invalid), noMap)[section], noMap)
  return Object.hasOwn(entries, name) ? toEntry(entries[name], noMap) : undefined
}

/**
 * A file as YAML 1.1, which openstacksdk reads: with `<<`, and with duplicate keys, of which the last counts.
 * Numbers, dates and booleans are the text of the file again.
 */
function parseFile (file: string, invalid: (reason: string) => Error): unknown {
  try {
    const document = parseDocument(
      readFileSync(file, 'utf8'), { version: '1.1', merge: true, uniqueKeys: false }
    )
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) throw problem
    visit(document, {
      Map (_, map) {
        // Of two `<<` the last counts, and the parser lets the first one count.
        map.items = [...map.items.filter(isMerge).reverse(), ...map.items.filter((pair) => !isMerge(pair))]
      },
      Scalar (_, scalar) {
        if (scalar.value !== null && typeof scalar.value !== 'string') scalar.value = scalar.source
      }
    })
    return document.toJS()
  } catch (err) {
    // The parser's own message quotes the line, which may hold a password.
    const { code = 'unreadable' } = err as { code?: string }
    throw invalid(code)
  }
}

const isMerge = ({ key }: Pair) => isScalar(key) && key.source === '<<'

/** An entry with `_` for each `-` of its keys. */
function toEntry (value: unknown, invalid: () => Error): Entry {
  const { auth, ...entry } = underscored(toMap(value, invalid))
  return { ...entry, auth: underscored(toMap(auth, invalid)) }
}

const underscored = (map: Values): Values =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key.replaceAll('-', '_'), value]))

/** The keys and values of a map; an absent one is empty. */
function toMap (value: unknown, invalid: () => Error) {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid()
  return value as Values
}
