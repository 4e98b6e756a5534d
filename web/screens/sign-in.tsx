import { useEffect, useState } from 'preact/hooks'
import { Pulse } from '../parts/icons.js'
import { LanguageSwitch } from '../parts/language-switch.js'
import { t } from '../state/language.js'
import { params, setParams } from '../state/router.js'
import { session, signIn, signOn } from '../state/session.js'
import type { Method, SignInFailure } from '../state/session.js'

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
  const { methods, websso } = session.value!
  const [method, choose] = useState<Method>(methods[0]!)
  // A single sign-on that failed comes back with this parameter: its user typed nothing here.
  const [failed, setFailed] = useState(() => params.value.has('signIn') ? t('session.refused') : '')
  const [needsCode, setNeedsCode] = useState(false)
  const [busy, setBusy] = useState(false)

  /** Waits for an attempt, and says why it failed. */
  const attempt = async (work: Promise<SignInFailure | undefined>) => {
    const focused = document.activeElement as HTMLElement
    setBusy(true)
    // Screen readers announce a text that changes: the same failure twice would be silent.
    setFailed('')
    const failure = await work
    setBusy(false)
    if (failure === undefined) return setParams({ signIn: null }, { replace: true })
    const needed = failure.needs.includes('totp')
    setNeedsCode(needed)
    setFailed(needed ? '' : sentenceOf(failure))
    // A button lost the focus while it was disabled. A field for a code takes it instead.
    if (!needed) setTimeout(() => focused.focus())
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const { how, ...given } = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement))
    attempt(signIn({ ...given as Record<string, string>, method }))
  }
  const title = `${t('session.title')} · ${t('app.title')}`
  useEffect(() => { document.title = title }, [title])
  return (
    <main id='content' class='sign-in'>
      <form onSubmit={submit}>
        <p class='brand'><Pulse /> {t('app.title')} <LanguageSwitch /></p>
        <h1>{t('session.title')}</h1>
        {websso.map(({ id, label }) => (
          <button key={id} type='button' disabled={busy} onClick={() => attempt(signOn(id))}>
            {t('session.with', { name: label })}
          </button>
        ))}
        <fieldset class='segments'>
          <legend class='hidden'>{t('session.method')}</legend>
          {methods.map((name) => (
            <label key={name}>
              <input type='radio' name='how' checked={name === method} onChange={() => choose(name)} />
              <span>{t(`session.${name}`)}</span>
            </label>
          ))}
        </fieldset>
        {fields[method].map((field, n) => <Input key={method + field.name} {...field} first={n === 0} />)}
        {needsCode && method === 'password' && <Passcode />}
        <p class='failed' role='alert'>{failed}</p>
        <button type='submit' class='primary' disabled={busy}>{t('session.submit')}</button>
      </form>
    </main>
  )
}

function Input ({ name, word, secret, value, first }: Field & { first: boolean }) {
  return (
    <label>
      {t(word)}
      <input
        name={name} required defaultValue={value} autoFocus={first} autocapitalize='none' spellcheck={false}
        {...secret === true
          ? { type: 'password', autocomplete: name === 'password' ? 'current-password' : 'off' }
          : { autocomplete: name === 'user' ? 'username' : 'off' }}
      />
    </label>
  )
}

function Passcode () {
  return (
    <label>
      {t('session.passcode')}
      <input
        name='passcode' required inputMode='numeric' autocomplete='one-time-code'
        ref={(input) => { input?.focus() }}
      />
    </label>
  )
}

function sentenceOf ({ status, retryAfter }: SignInFailure) {
  switch (status) {
    case 400: case 401: return t('session.failed')
    case 403: return t('session.insecure')
    case 429: return t('session.tooMany', { n: retryAfter })
    default: return t('session.unreachable')
  }
}
