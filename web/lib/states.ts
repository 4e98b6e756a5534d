/** Nova's statuses that a list may be filtered by, as the OpenAPI document has them. */
export const states = [
  'ACTIVE', 'BUILD', 'ERROR', 'HARD_REBOOT', 'MIGRATING', 'PASSWORD', 'PAUSED', 'REBOOT', 'REBUILD', 'RESCUE',
  'RESIZE', 'REVERT_RESIZE', 'SHELVED', 'SHELVED_OFFLOADED', 'SHUTOFF', 'SUSPENDED', 'VERIFY_RESIZE'
] as const

const stopped = ['SHUTOFF', 'SUSPENDED', 'PAUSED', 'SHELVED', 'SHELVED_OFFLOADED', 'DELETED', 'SOFT_DELETED']

/** How a state is shown: `on` runs, `off` sends no samples, `bad` failed, `changing` is something between. */
export function kindOf (state: string | null) {
  if (state === null || stopped.includes(state)) return 'off'
  return state === 'ACTIVE' ? 'on' : state === 'ERROR' ? 'bad' : 'changing'
}

/** Whether an instance sends samples. One that is off has no series to read. */
export const sendsSamples = (state: string | null) => state === null || kindOf(state) !== 'off'
