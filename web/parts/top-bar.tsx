import { t } from '../state/language.js'
import { freshness, interval, refreshAll } from '../state/reads.js'
import { kept, setParams } from '../state/router.js'
import { session } from '../state/session.js'
import { nextTheme, theme } from '../state/theme.js'
import { defaultInterval, intervals } from '../lib/refresh.js'
import { projectsPath } from '../lib/url.js'
import { ago } from './age.js'
import { Half, Moon, Pulse, Reload, Sun } from './icons.js'
import { LanguageSwitch } from './language-switch.js'
import { SearchBox } from './search-box.js'
import { User } from './user.js'

/** A step of the way to this screen; the last one has no link. */
export interface Crumb { name: string, path?: string }

const themeIcons = { system: Half, light: Sun, dark: Moon }

export function TopBar ({ crumbs }: { crumbs: Crumb[] }) {
  const ThemeIcon = themeIcons[theme.value]
  const themeName = t(`theme.${theme.value}`)
  return (
    <header class='top'>
      <a class='skip' href='#content'>{t('app.skip')}</a>
      <a class='brand' href={projectsPath + kept.value}><Pulse /><span>{t('app.title')}</span></a>
      <nav aria-label={t('app.where')}>
        <ol>
          {crumbs.map(({ name, path }) => (
            <li key={name}>
              {path === undefined
                ? <span aria-current='page' dir='auto'>{name}</span>
                : <a href={path + kept.value} dir='auto'>{name}</a>}
            </li>
          ))}
        </ol>
      </nav>
      <SearchBox />
      <Freshness />
      <button
        type='button' class='square' title={t('refresh.now')} aria-label={t('refresh.now')}
        onClick={refreshAll}
      >
        <Reload />
      </button>
      <select
        aria-label={t('refresh.every')} title={t('refresh.every')} value={interval.value}
        onChange={chooseInterval}
      >
        {intervals.map((seconds) => <option key={seconds} value={seconds}>{intervalName(seconds)}</option>)}
      </select>
      <button type='button' class='square' title={themeName} aria-label={themeName} onClick={nextTheme}>
        <ThemeIcon />
      </button>
      <LanguageSwitch />
      {session.value?.signedIn === true && <User session={session.value} />}
    </header>
  )
}

function chooseInterval (event: Event) {
  const seconds = Number((event.currentTarget as HTMLSelectElement).value)
  setParams({ refresh: seconds === defaultInterval ? null : String(seconds) })
}

function intervalName (seconds: number) {
  if (seconds === 0) return t('refresh.off')
  return seconds < 60 ? t('refresh.s', { n: seconds }) : t('refresh.m', { n: seconds / 60 })
}

/** How old the data are. The dot has another shape in each state. */
function Freshness () {
  const { state, age } = freshness.value
  const words = {
    fresh: () => t('fresh.ago', { ago: ago(age!) }),
    old: () => t('fresh.old', { ago: ago(age!) }),
    failing: () => age === undefined ? t('fresh.failing') : t('fresh.old', { ago: ago(age) }),
    reading: () => t('fresh.reading'),
    // A screen that reads nothing: an unknown path.
    none: () => ''
  }[state]
  return <span class={`fresh ${state}`}><i aria-hidden='true' />{words()}</span>
}
