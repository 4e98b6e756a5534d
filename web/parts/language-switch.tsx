import { chooseLanguage, t } from '../state/language.js'
import { setParams } from '../state/router.js'

/** A button that changes to the other language. */
export function LanguageSwitch () {
  return (
    <button type='button' class='language' lang={t('language.code')} onClick={switchLanguage}>
      {t('language.other')}
    </button>
  )
}

function switchLanguage () {
  chooseLanguage(t('language.code'))
  // A link's language would otherwise win over the choice.
  setParams({ lang: null }, { replace: true })
}
