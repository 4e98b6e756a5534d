import { useState } from 'preact/hooks'
import { chooseScope, loadScopes, signOut } from '../state/session.js'
import type { ScopeChoice, Session } from '../state/session.js'
import { t } from '../state/language.js'

/** The user and the scope of the session, with the other scopes and the way out. */
export function User ({ session: { user, scope } }: { session: Session }) {
  const [choices, setChoices] = useState<ScopeChoice[]>([])
  const nameOf = (choice: ScopeChoice) =>
    choice.system === true ? t('session.system') : (choice.project ?? choice.domain)!.name
  const bodyOf = ({ project, domain }: ScopeChoice) => {
    if (project !== undefined) return { project: project.id }
    return domain !== undefined ? { domain: domain.id } : { system: true }
  }
  const onToggle = async (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open) setChoices(await loadScopes())
  }
  return (
    <details class='user' onToggle={onToggle}>
      <summary>{user?.name} <span class='quiet'>{scope?.name}</span></summary>
      <div class='popover'>
        <p class='quiet'>{user?.name} · {user?.domain}</p>
        <p class='quiet'>{t('session.scope')}</p>
        <ul>
          {choices.map((choice) => (
            <li key={nameOf(choice)}>
              <button type='button' onClick={() => chooseScope(bodyOf(choice))}>{nameOf(choice)}</button>
            </li>
          ))}
        </ul>
        <button type='button' onClick={signOut}>{t('session.out')}</button>
      </div>
    </details>
  )
}
