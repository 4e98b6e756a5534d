type Environment = Record<string, string | undefined>

/**
 * The environment without a login in INFLUX_URL, because URLs are logged, traced and compared. The login
 * becomes INFLUX_USERNAME and INFLUX_PASSWORD, unless there is a INFLUX_USERNAME. A login that cannot be
 * decoded stays in the URL, which is then rejected.
 */
export function splitInfluxLogin (env: Environment): Environment {
  const { INFLUX_URL = '', INFLUX_USERNAME, INFLUX_PASSWORD } = env
  const login = parseLogin(INFLUX_URL)
  if (login === undefined) return env
  const url = { ...env, INFLUX_URL: INFLUX_URL.replace(/\/\/[^/?#]*@/, '//') }
  if (INFLUX_USERNAME !== undefined) return url
  return { ...url, INFLUX_USERNAME: login.username, INFLUX_PASSWORD: INFLUX_PASSWORD ?? login.password }
}

function parseLogin (text: string) {
  if (!URL.canParse(text)) return undefined
  const { username, password } = new URL(text)
  if (username === '') return undefined
  try {
    return {
      username: decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password)
    }
  } catch {
    return undefined
  }
}
