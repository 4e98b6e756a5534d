import { useEffect, useRef, useState } from 'preact/hooks'
import { answer, api } from '../lib/api.js'
import type { InstanceDetail } from '../lib/types.js'
import { instancePath } from '../lib/url.js'
import { t } from '../state/language.js'
import { kept, open } from '../state/router.js'
import { Search } from './icons.js'
import { State } from './state.js'

const limit = 8
const isAddress = (text: string) =>
  /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text) || /^[0-9a-f]*:[0-9a-f:.]+$/i.test(text)

interface Found { text: string, instances: InstanceDetail[], more: boolean, failed?: true }

/** Finds instances of all projects by a part of their name, or by an address. */
export function SearchBox () {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found>()
  const [chosen, choose] = useState(0)
  const wanted = text.trim()

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = (event.target as Element).matches('input, select, textarea')
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])

  useEffect(() => {
    if (wanted.length < 2) return setFound(undefined)
    const controller = new AbortController()
    const timer = setTimeout(async () => {
      const query = { limit, ...(isAddress(wanted) ? { address: wanted } : { hostname: wanted }) }
      const { signal } = controller
      try {
        const { data, next } = await answer(api.GET('/v1/openstack/instances', { params: { query }, signal }))
        setFound({ text: wanted, instances: data.metric, more: next !== undefined })
        choose(0)
      } catch {
        if (!signal.aborted) setFound({ text: wanted, instances: [], more: false, failed: true })
      }
    }, 250)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [wanted])

  const close = () => {
    setText('')
    setFound(undefined)
  }
  const follow = (instance: InstanceDetail | undefined) => {
    if (instance === undefined) return
    open(instancePath(instance.tenant_id, instance.instance_id) + kept.value)
    close()
    input.current?.blur()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const count = found?.instances.length ?? 0
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter') follow(found?.instances[chosen])
    else if (event.key === 'ArrowDown' && count > 0) choose((chosen + 1) % count)
    else if (event.key === 'ArrowUp' && count > 0) choose((chosen + count - 1) % count)
    else return
    event.preventDefault()
  }
  const isOpen = found !== undefined
  return (
    <div class='search' role='search'>
      <Search />
      <input
        ref={input} type='text' role='combobox' aria-label={t('search.label')} aria-keyshortcuts='/'
        placeholder={t('search.hint')}
        aria-expanded={isOpen} aria-controls='found' aria-autocomplete='list' autocomplete='off'
        maxLength={255}
        aria-activedescendant={isOpen && found.instances.length > 0 ? `found-${chosen}` : undefined}
        value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown}
        onBlur={close}
      />
      {isOpen && (
        <div class='popover found'>
          <ul id='found' role='listbox' aria-label={t('search.label')}>
            {found.instances.map((instance, n) => (
              <li
                key={instance.instance_id} id={`found-${n}`} role='option' aria-selected={n === chosen}
                onMouseDown={() => follow(instance)}
              >
                <b>{instance.name}</b><State state={instance.state} />
                <span class='quiet'>{instance.projectName ?? instance.tenant_id}</span>
              </li>
            ))}
          </ul>
          {found.instances.length === 0 &&
            <p>{t(found.failed === true ? 'fresh.failing' : 'search.none')}</p>}
          {found.more && <p class='quiet'>{t('search.more')}</p>}
        </div>
      )}
      <p class='hidden' role='status'>
        {isOpen && (found.failed === true
          ? t('fresh.failing')
          : t('search.results', { n: found.instances.length }))}
      </p>
    </div>
  )
}
