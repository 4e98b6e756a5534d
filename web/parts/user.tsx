import { useState } from 'preact/hooks'
import type { SessionState, UserScopes } from '../../schemas/session.js'
import { t } from '../state/language.js'
import { chooseScope, loadScopes, signOut } from '../state/session.js'
import { closeByEscape } from './popover.js'

/** A scope as the list shows it. */
interface Choice { key: string, name: string, kind: string, body: object }

/** From so many scopes on, the list can be filtered. */
const manyChoices = 9

/** The user and the scope of the session, with the other scopes and the way out. */
export function User ({ session: { user, scope } }: { session: SessionState }) {
  const [choices, setChoices] = useState<Choice[]>([])
  const [part, setPart] = useState('')
  const [note, setNote] = useState('')

  const onToggle = async (event: Event) => {
    if (!(event.currentTarget as HTMLDetailsElement).open) return
    setNote(t('app.loading'))
    const scopes = await loadScopes()
    setChoices(scopes === undefined ? [] : choicesOf(scopes))
    setNote(scopes === undefined ? t('fresh.failing') : scopes.complete ? '' : t('session.incomplete'))
  }
  /** Says so where an action fails. An action that succeeds leaves the screen. */
  const attempt = async (action: Promise<boolean>) => {
    if (!await action) setNote(t('session.refused'))
  }
  const shown = choices.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()))
  const scopeName = scope?.name ?? (scope?.sees === 'all' ? t('session.system') : t('session.noScope'))
  return (
    <details class='user' onToggle={onToggle} onKeyDown={closeByEscape}>
      <summary title={t('session.scope')}>
        <bdi>{user?.name ?? t('app.none')}</bdi> <span class='quiet' dir='auto'>{scopeName}</span>
      </summary>
      <div class='popover'>
        <p><bdi>{user?.name ?? t('app.none')}</bdi> <span class='quiet' dir='auto'>{user?.domain}</span></p>
        <h2 class='quiet'>{t('session.scope')}</h2>
        {choices.length >= manyChoices && (
          <input
            type='search' aria-label={t('session.filter')} placeholder={t('session.filter')}
            value={part} onInput={(event) => setPart(event.currentTarget.value)}
          />
        )}
        <ul>
          {shown.map(({ key, name, kind, body }) => (
            <li key={key}>
              <button
                type='button' aria-current={key === keyOf(scope) ? 'true' : undefined}
                onClick={() => attempt(chooseScope(body))}
              >
                <bdi>{name}</bdi> <span class='quiet'>{kind}</span>
              </button>
            </li>
          ))}
        </ul>
        <p class='quiet' role='status'>{note}</p>
        <button type='button' onClick={() => attempt(signOut())}>{t('session.out')}</button>
      </div>
    </details>
  )
}

const keyOf = (scope: SessionState['scope']) => scope?.id ?? (scope?.sees === 'all' ? 'system' : '')

const choicesOf = ({ projects, domains, system }: UserScopes): Choice[] => [
  ...system ? [{ key: 'system', name: t('session.system'), kind: '', body: { system: true } }] : [],
  ...domains.map(({ id, name }) =>
    ({ key: id, name: name ?? id, kind: t('session.domain'), body: { domain: id } })),
  ...projects.map(({ id, name }) =>
    ({ key: id, name: name ?? id, kind: t('session.project'), body: { project: id } }))
]
