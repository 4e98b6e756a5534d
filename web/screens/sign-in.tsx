import { useState } from 'preact/hooks'
import { refreshAll } from '../state/reads.js'
import { session, signIn } from '../state/session.js'
import type { Method } from '../state/session.js'
import { t } from '../state/language.js'

interface Field { name: string, word: Parameters<typeof t>[0], secret?: boolean, value?: string }

/** Fields of each method, in the names of the request. */
const fields: Record<Method, Field[]> = {
  password: [
    { name: 'user', word: 'session.user' },
    { name: 'domain', word: 'session.domain', value: 'Default' },
    { name: 'password', word: 'session.password', secret: true }
  ],
  applicationCredential: [
    { name: 'id', word: 'session.id' }, { name: 'secret', word: 'session.secret', secret: true }
  ],
  token: [{ name: 'token', word: 'session.token', secret: true }]
}

/** Signing in. It lies over the screen, whose URL stays. */
export function SignIn () {
  const methods = session.value?.methods ?? ['password', 'applicationCredential', 'token']
  const [method, choose] = useState<Method>(methods[0]!)
  const [failed, setFailed] = useState('')
  const [needsCode, setNeedsCode] = useState(false)
  const [busy, setBusy] = useState(false)
  const shown = fields[method]

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const given = Object.fromEntries(new FormData(form)) as Record<string, string>
    setBusy(true)
    const { ok, needs = [] } = await signIn({ method, ...given }).catch(() => ({ ok: false, needs: [] }))
    setBusy(false)
    if (ok) return refreshAll()
    setNeedsCode(needs.includes('totp'))
    setFailed(needs.length > 0 ? '' : t('session.failed'))
  }
  return (
    <main id='content' class='sign-in'>
      <form onSubmit={submit}>
        <h1>{t('session.title')}</h1>
        {methods.length > 1 && (
          <fieldset class='segments'>
            <legend class='hidden'>{t('session.method')}</legend>
            {methods.map((name) => (
              <label key={name}>
                <input type='radio' name='how' checked={name === method} onChange={() => choose(name)} />
                <span>{t(`session.${name}`)}</span>
              </label>
            ))}
          </fieldset>
        )}
        {shown.map(({ name, word, secret, value }) => (
          <label key={method + name}>
            {t(word)}
            {secret === true
              ? <input name={name} type='password' autocomplete='current-password' required />
              : (
                <input
                  name={name} defaultValue={value} required
                  autocomplete={name === 'user' ? 'username' : 'off'}
                />
                )}
          </label>
        ))}
        {needsCode && (
          <label>
            {t('session.passcode')}
            <input name='passcode' inputMode='numeric' autocomplete='one-time-code' required />
          </label>
        )}
        <p class='failed' role='alert'>{failed}</p>
        <button type='submit' class='primary' disabled={busy}>{t('session.submit')}</button>
      </form>
    </main>
  )
}
