const pattern = /^req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The id of the client's own request of which this request is a part. OpenStack's services pass it on to each
 * other, so that the logs of the client, of this service and of the upstreams can be read together. Source:
 * oslo.middleware, "RequestId", `global_request_id`.
 * @returns `undefined` where the header is missing or has another format
 */
export function globalRequestId ({ 'x-openstack-request-id': id }: Record<string, unknown>) {
  return typeof id === 'string' && pattern.test(id) ? id : undefined
}
