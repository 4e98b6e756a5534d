import type { Profile, ProfileName } from '#lib/metrics/profile.js'
import { ceilometer } from './ceilometer.js'
import { debian } from './debian.js'
import { inovex } from './inovex.js'
import { libvirtd } from './libvirtd.js'
import { tinkoff } from './tinkoff.js'

/**
 * Every profile, by its name. Of several exporters in one store the first one is read: those before `debian`
 * know more, and one of them may have replaced it.
 */
export const profiles: Record<ProfileName, Profile> = { inovex, tinkoff, libvirtd, ceilometer, debian }
