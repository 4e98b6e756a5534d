import { useEffect } from 'preact/hooks'
import { readInstance } from '../lib/instances.js'
import type { InstanceDetail } from '../lib/types.js'
import { instancePath, projectsPath } from '../lib/url.js'
import { Page } from '../parts/page.js'
import { Missing, Trouble } from '../parts/trouble.js'
import { t } from '../state/language.js'
import { useRead } from '../state/reads.js'
import { open } from '../state/router.js'

/** An instance whose project the link does not name: it leads to its own screen. */
export function InstanceAlone ({ instanceId }: { instanceId: string }) {
  const read = useRead<InstanceDetail>('detail', (options) =>
    readInstance(instanceId, options))
  const projectId = read.shown.value?.data.tenant_id
  useEffect(() => {
    if (projectId === undefined) return
    open(instancePath(projectId, instanceId) + location.search, { replace: true })
  }, [projectId])
  const crumbs = [{ name: t('projects.title'), path: projectsPath }, { name: instanceId }]
  const missing = read.failure.value?.status === 404
  return (
    <Page crumbs={crumbs} trouble={!missing && <Trouble reads={[read]} />}>
      {missing
        ? <Missing words={t('trouble.noInstance')} requestId={read.failure.value!.requestId} />
        : <p class='empty'>{t('app.loading')}</p>}
    </Page>
  )
}
