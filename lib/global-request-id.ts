const form = /^req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The id by which a caller knows what it asks us for, as OpenStack's services tell each other of it: so its own log, ours and those of the
 * upstreams can be read together. What has another form is as if it were not there. Source: oslo.middleware, "RequestId", `global_request_id`.
 */
export function globalRequestId ({ 'x-openstack-request-id': id }: Record<string, unknown>) {
  return typeof id === 'string' && form.test(id) ? id : undefined
}
