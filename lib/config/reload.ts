import { Settings } from './settings.js'

/** The settings that a reload applies. The others need a restart. */
export const reloadable = [
  'LOG_LEVEL', 'TLS_CERT', 'TLS_KEY', 'OS_CLOUD', 'OS_CLIENT_CONFIG_FILE', 'OS_USERNAME', 'OS_USER_ID',
  'OS_PASSWORD', 'OS_USER_DOMAIN_NAME', 'OS_USER_DOMAIN_ID', 'OS_PROJECT_NAME', 'OS_PROJECT_ID',
  'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID', 'OS_APPLICATION_CREDENTIAL_ID',
  'OS_APPLICATION_CREDENTIAL_NAME', 'OS_APPLICATION_CREDENTIAL_SECRET', 'OS_CACERT', 'OS_CERT', 'OS_KEY',
  'OS_INSECURE', 'INFLUX_USERNAME', 'INFLUX_PASSWORD', 'INFLUX_TOKEN', 'PROMETHEUS_USERNAME',
  'PROMETHEUS_PASSWORD', 'PROMETHEUS_TOKEN'
] as const satisfies Array<keyof Settings>
const names = new Set<string>(reloadable)

/** The names of settings whose new values need a restart. */
export function needRestart (present: Settings, next: Settings) {
  return (Object.keys(Settings.properties) as Array<keyof Settings>)
    .filter((name) => !names.has(name) && present[name] !== next[name])
}

/** Puts the values of reloadable settings into the present settings. */
export function applyReloadable (present: Settings, next: Settings) {
  for (const name of reloadable) Reflect.set(present, name, next[name])
}
