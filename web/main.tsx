import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ComponentType } from 'preact'
import { Page } from './parts/page.js'
import { closeFromOutside } from './parts/popover.js'
import { Missing } from './parts/trouble.js'
import { Projects } from './screens/projects.js'
import { t } from './state/language.js'
import { screen } from './state/router.js'
import { loadSession, session, signedOut } from './state/session.js'
import './state/theme.js'

/** A component whose code is loaded when it is first shown. The projects, seen first, need none of it. */
function later<P extends object> (load: () => Promise<ComponentType<P>>) {
  let loaded: ComponentType<P> | undefined
  return function Later (props: P) {
    const [Component, setComponent] = useState(() => loaded)
    useEffect(() => {
      if (Component !== undefined) return
      load().then((found) => {
        loaded = found
        setComponent(() => found)
      }, () => {})
    }, [])
    return Component === undefined ? null : <Component {...props} />
  }
}

const Project = later(async () => (await import('./screens/project.js')).Project)
const Instance = later(async () => (await import('./screens/instance.js')).Instance)
const InstanceAlone = later(async () => (await import('./screens/instance-alone.js')).InstanceAlone)
const SignIn = later(async () => (await import('./screens/sign-in.js')).SignIn)

function App () {
  if (signedOut.value) return session.value === undefined ? null : <SignIn />
  const open = screen.value
  switch (open.name) {
    case 'projects': return <Projects />
    case 'project': return <Project key={open.projectId} projectId={open.projectId} />
    case 'instance':
      return <Instance key={open.instanceId} projectId={open.projectId} instanceId={open.instanceId} />
    case 'instance-alone': return <InstanceAlone key={open.instanceId} instanceId={open.instanceId} />
    default: return <Page crumbs={[{ name: '404' }]}><Missing words={t('app.notFound')} /></Page>
  }
}

closeFromOutside()
// A read without a session would be rejected: the first one waits until the session is known.
loadSession().finally(() => render(<App />, document.querySelector('#page')!))
