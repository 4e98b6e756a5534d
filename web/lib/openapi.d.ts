// Written by `npm run openapi`.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness of the process */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The service's own metrics
         * @description For Prometheus. They hold nothing of any project, instance or caller.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Readiness, and the state of each upstream */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/instances/{instanceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An instance with its latest usage and its project's name
         * @description An instance that was deleted is not found here, while its series remain.
         */
        get: operations["getInstance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Instances of all projects by name or address
         * @description Of all that the caller sees, newest first. A page may be shorter than `limit` although more follow; only the last page has no `Link` header.
         */
        get: operations["searchInstances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/instances/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The busiest instances, or the idlest ones
         * @description Of all that the caller sees. Only the usage that they are ranked by is read. Instances without a recent sample are in no ranking.
         */
        get: operations["listTopInstances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{projectId}/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A project's instances with their latest usage
         * @description Newest first, unless `sort` says otherwise. A page may be shorter than `limit`, where Nova returns shorter ones; only the last page has no `Link` header.
         */
        get: operations["listInstances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{projectId}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A project with its limits and usages
         * @description As in the list of all projects. While an upstream cannot be read, only its own numbers are null.
         */
        get: operations["getProjectSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Each project with its limits and usages
         * @description Sorted by name, then by id, unless `sort` says otherwise; all projects without `limit`. While an upstream cannot be read, only its own numbers are null.
         */
        get: operations["listProjectSummaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/summaries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Each project with its limits and usages
         * @deprecated
         * @description Sorted by name, then by id, unless `sort` says otherwise; all projects without `limit`. While an upstream cannot be read, only its own numbers are null.
         */
        get: operations["listProjectSummariesByOldPath"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The limits and usages of all projects together
         * @description Of the projects that the summary lists. A sum has what is known; `unknown` counts the projects that it lacks.
         */
        get: operations["getProjectTotals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/cpuUsage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * CPU usage of an instance
         * @description A bucket's `usage` is the mean CPU utilisation, of all its vCPUs together, in %. An instance without data has an empty series.
         */
        get: operations["getCpuUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/memUsage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Memory usage of an instance
         * @description A bucket's `usage` is the mean share of its memory that is in use; what the guest can reclaim from its caches counts as in use with Monasca's agent, and not with most exporters of a Prometheus API, in %. An instance without data has an empty series.
         */
        get: operations["getMemUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/diskRead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Disk reads of an instance
         * @description A bucket's `usage` is the mean rate of bytes read, summed over its disks, in KiB/s. An instance without data has an empty series.
         */
        get: operations["getDiskRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/diskWrite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Disk writes of an instance
         * @description A bucket's `usage` is the mean rate of bytes written, summed over its disks, in KiB/s. An instance without data has an empty series.
         */
        get: operations["getDiskWrite"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/networkIo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Network traffic of an instance
         * @description A bucket's `usage` is the mean rate of bytes received (`in`) and sent (`out`), summed over its ports, in KiB/s. An instance without data has an empty series.
         */
        get: operations["getNetworkIo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/networkPackets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Network packets of an instance
         * @description A bucket's `usage` is the mean rate of packets received (`in`) and sent (`out`), summed over its ports, in packets/s. An instance without data has an empty series.
         */
        get: operations["getNetworkPackets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{instanceId}/usages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All usages of an instance
         * @description The series of several usages at once, with a value for each bucket: null without data.
         */
        get: operations["getUsages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openstack/projects/{projectId}/instances/usages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usages of up to 100 instances of a project
         * @description The same as of each instance alone. All series together have at most 100,000 buckets. An instance that is not the project's is like one without data.
         */
        get: operations["getUsagesOfInstances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A project with its limits and usages */
        ProjectSummary: {
            /**
             * @description The project's id
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            id: string;
            /**
             * @description Its name; null is unknown
             * @example demo
             */
            name: string | null;
            /**
             * @description Its description in Keystone; may be empty
             * @example
             */
            description: string;
            /**
             * @description Whether it is enabled
             * @example true
             */
            enabled: boolean;
            /**
             * @description Instances allowed; -1 is unlimited, null is unknown
             * @example 15
             */
            instancesLimit: number | null;
            /**
             * @description Instances in use, as the quota counts them; null is unknown
             * @example 1
             */
            instancesUsed: number | null;
            /**
             * @description vCPUs allowed; -1 is unlimited, null is unknown
             * @example 50
             */
            vcpusLimit: number | null;
            /**
             * @description vCPUs in use, as the quota counts them; null is unknown
             * @example 1
             */
            vcpusUsed: number | null;
            /**
             * @description MiB of memory allowed; -1 is unlimited, null is unknown
             * @example 10240
             */
            memoryMbLimit: number | null;
            /**
             * @description MiB of memory in use, as the quota counts them; null is unknown
             * @example 512
             */
            memoryMbUsed: number | null;
            /**
             * @description Floating IPs allowed; -1 is unlimited, null is unknown
             * @example 2
             */
            floatingIpsLimit: number | null;
            /**
             * @description Floating IPs in use, as the quota counts them; null is unknown
             * @example 0
             */
            floatingIpsUsed: number | null;
            /**
             * @description Security groups allowed; -1 is unlimited, null is unknown
             * @example 5
             */
            securityGroupsLimit: number | null;
            /**
             * @description Security groups in use, as the quota counts them; null is unknown
             * @example 2
             */
            securityGroupsUsed: number | null;
            /**
             * @description Volumes allowed; -1 is unlimited, null is unknown
             * @example 10
             */
            volumeStorageLimit: number | null;
            /**
             * @description Volumes in use, as the quota counts them; null is unknown
             * @example 0
             */
            volumeStorageUsed: number | null;
            /**
             * @description GiB of volumes allowed; -1 is unlimited, null is unknown
             * @example 100
             */
            volumeStorageLimitGb: number | null;
            /**
             * @description GiB of volumes in use, as the quota counts them; null is unknown
             * @example 0
             */
            volumeStorageUsedGb: number | null;
            /** @description The upstreams that could not be read, or have no quota of the project: their numbers are null. Absent where there are none */
            unavailable?: ("compute" | "network" | "block-storage")[];
        };
        /** @description An instance with its latest usage; null is unknown */
        Instance: {
            /**
             * @description Its id
             * @example c5e1012f-9455-47ff-bbb7-1cff5e1f9894
             */
            instance_id: string;
            /**
             * @description Its name
             * @example demo-test
             */
            name: string | null;
            /**
             * @description Fixed and floating IPs
             * @example [
             *       "115.68.151.163"
             *     ]
             */
            address: string[];
            /**
             * @description CPU in use in percent, by the newest sample; null where none is recent enough
             * @example 3
             */
            cpuUsage: number | null;
            /**
             * @description Memory in use in percent, by the newest sample; null where none is recent enough
             * @example 41.25
             */
            memoryUsage: number | null;
            /**
             * @description vCPUs of the flavor
             * @example 1
             */
            vcpus: number | null;
            /**
             * @description MiB of memory of the flavor
             * @example 512
             */
            memory_mb: number | null;
            /**
             * @description GiB of root disk of the flavor
             * @example 1
             */
            disk_gb: number | null;
            /**
             * @description The flavor's name
             * @example m1.tiny
             */
            flavor: string | null;
            /**
             * @description Nova's status
             * @example ACTIVE
             */
            state: string | null;
            /**
             * @description When it was launched, UTC; null before
             * @example 2017-07-06T04:27:23
             */
            started_at: string | null;
            /**
             * @description When it was terminated, UTC; empty while it exists
             * @example
             */
            ended_at: string | null;
            /**
             * @description Seconds since `started_at`; null without it
             * @example 4226153
             */
            uptime: number | null;
            /**
             * @description Id of its project
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            tenant_id: string;
            /**
             * @description Its availability zone; null without one
             * @example nova
             */
            zone: string | null;
        };
        /** @description A page of a project's instances */
        InstancePage: {
            /**
             * @description The page's instances, in the requested order
             * @example [
             *       {
             *         "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
             *         "name": "demo-test",
             *         "address": [
             *           "115.68.151.163"
             *         ],
             *         "cpuUsage": 3,
             *         "memoryUsage": 41.25,
             *         "vcpus": 1,
             *         "memory_mb": 512,
             *         "disk_gb": 1,
             *         "flavor": "m1.tiny",
             *         "state": "ACTIVE",
             *         "started_at": "2017-07-06T04:27:23",
             *         "ended_at": "",
             *         "uptime": 4226153,
             *         "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
             *         "zone": "nova"
             *       }
             *     ]
             */
            metric: components["schemas"]["Instance"][];
            /**
             * @description The requested project
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            projectId: string;
            /**
             * @description How many instances match, on all pages together
             * @example 1
             */
            totalCnt: number;
            /** @description Present while the metrics store cannot be read: usages may be null */
            unavailable?: "metrics"[];
        };
        /** @description One `groupBy` of a series */
        Bucket: {
            /**
             * @description The bucket's start, in unix seconds
             * @example 1502330400
             */
            time: number;
            /**
             * @description The usage in the bucket, with 2 decimals
             * @example 12.5
             */
            usage: number;
        };
        /** @description A named list of buckets */
        Series: {
            /**
             * @description What the series measures
             * @example cpu
             * @enum {string}
             */
            name: "cpu" | "memory" | "read" | "write" | "in" | "out";
            /**
             * @description Ascending by time; buckets without data are left out
             * @example [
             *       {
             *         "time": 1502330400,
             *         "usage": 12.5
             *       }
             *     ]
             */
            metric: components["schemas"]["Bucket"][];
        };
        /** @description The process is alive */
        Health: {
            /**
             * @example ok
             * @enum {string}
             */
            status: "ok";
        };
        /**
         * @description `up`, or why the service cannot use it: no response in time, no connection, not in the catalog, credential rejected, invalid response, no requests accepted for now, circuit open after repeated failures, or too many queued requests
         * @example up
         * @enum {string}
         */
        UpstreamState: "up" | "timeout" | "unreachable" | "absent" | "refused" | "invalid" | "unavailable" | "circuit-open" | "queue-full";
        /** @description Whether the service is ready, and the state of each upstream */
        Readiness: {
            /**
             * @description `unready` during shutdown; `degraded` while an upstream is down: responses may be stale or partial. With `READINESS=upstreams` the service is also `unready` while identity, compute or metrics is down
             * @example degraded
             * @enum {string}
             */
            status: "ready" | "degraded" | "unready";
            /**
             * @description The state of each upstream that the cloud has
             * @example {
             *       "identity": "up",
             *       "compute": "up",
             *       "network": "up",
             *       "block-storage": "timeout",
             *       "metrics": "up"
             *     }
             */
            upstreams: {
                identity: components["schemas"]["UpstreamState"];
                compute: components["schemas"]["UpstreamState"];
                network?: components["schemas"]["UpstreamState"];
                "block-storage"?: components["schemas"]["UpstreamState"];
                metrics: components["schemas"]["UpstreamState"];
            };
        };
        /** @description A problem, as RFC 9457 has it */
        Problem: {
            /**
             * @description Always `about:blank`: the status is the kind of the problem
             * @example about:blank
             */
            type: string;
            /**
             * @description The status in words
             * @example Bad Request
             */
            title: string;
            /**
             * @description The HTTP status
             * @example 400
             */
            status: number;
            /**
             * @description What went wrong, for people
             * @example groupBy is missing.
             */
            detail: string;
            /**
             * @description The path of the request
             * @example /v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage
             */
            instance: string;
            /**
             * @description One entry for each invalid parameter
             * @example [
             *       {
             *         "parameter": "groupBy",
             *         "message": "is missing"
             *       }
             *     ]
             */
            errors?: components["schemas"]["ParameterError"][];
        };
        /** @description An invalid parameter */
        ParameterError: {
            /**
             * @description The parameter's name; of a long one, its beginning
             * @example groupBy
             */
            parameter: string;
            /**
             * @description What is wrong with it
             * @example is missing
             */
            message: string;
        };
        /** @description An instance with its project's name; null is unknown */
        InstanceDetail: {
            /**
             * @description Its id
             * @example c5e1012f-9455-47ff-bbb7-1cff5e1f9894
             */
            instance_id: string;
            /**
             * @description Its name
             * @example demo-test
             */
            name: string | null;
            /**
             * @description Fixed and floating IPs
             * @example [
             *       "115.68.151.163"
             *     ]
             */
            address: string[];
            /**
             * @description CPU in use in percent, by the newest sample; null where none is recent enough
             * @example 3
             */
            cpuUsage: number | null;
            /**
             * @description Memory in use in percent, by the newest sample; null where none is recent enough
             * @example 41.25
             */
            memoryUsage: number | null;
            /**
             * @description vCPUs of the flavor
             * @example 1
             */
            vcpus: number | null;
            /**
             * @description MiB of memory of the flavor
             * @example 512
             */
            memory_mb: number | null;
            /**
             * @description GiB of root disk of the flavor
             * @example 1
             */
            disk_gb: number | null;
            /**
             * @description The flavor's name
             * @example m1.tiny
             */
            flavor: string | null;
            /**
             * @description Nova's status
             * @example ACTIVE
             */
            state: string | null;
            /**
             * @description When it was launched, UTC; null before
             * @example 2017-07-06T04:27:23
             */
            started_at: string | null;
            /**
             * @description When it was terminated, UTC; empty while it exists
             * @example
             */
            ended_at: string | null;
            /**
             * @description Seconds since `started_at`; null without it
             * @example 4226153
             */
            uptime: number | null;
            /**
             * @description Id of its project
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            tenant_id: string;
            /**
             * @description Its availability zone; null without one
             * @example nova
             */
            zone: string | null;
            /**
             * @description The name of its project
             * @example demo
             */
            projectName: string | null;
            /** @description Present while these upstreams cannot be read: the project's name, or usages, may be null */
            unavailable?: ("identity" | "metrics")[];
        };
        /** @description A named list of values, one a bucket */
        ValueSeries: {
            /**
             * @description What the series measures
             * @example cpu
             * @enum {string}
             */
            name: "cpu" | "memory" | "read" | "write" | "in" | "out";
            /**
             * @description The usage in each bucket, with 2 decimals; null without data
             * @example [
             *       12.5,
             *       null
             *     ]
             */
            values: (number | null)[];
        };
        /** @description The series of one usage */
        UsageSeries: {
            /**
             * @description The usage, by the name of its own route
             * @example cpuUsage
             * @enum {string}
             */
            usage: "cpuUsage" | "memUsage" | "diskRead" | "diskWrite" | "networkIo" | "networkPackets";
            /**
             * @description The unit of all values
             * @example %
             * @enum {string}
             */
            unit: "%" | "KiB/s" | "packets/s";
            /**
             * @description The series of that route
             * @example [
             *       {
             *         "name": "cpu",
             *         "values": [
             *           12.5,
             *           null
             *         ]
             *       }
             *     ]
             */
            series: components["schemas"]["ValueSeries"][];
        };
        /** @description Series of an instance, all of the same buckets */
        InstanceUsages: {
            /**
             * @description The first bucket's start, in unix seconds
             * @example 1502330400
             */
            start: number;
            /**
             * @description Seconds of a bucket
             * @example 60
             */
            step: number;
            /**
             * @description Number of buckets: bucket i starts at `start + i * step`
             * @example 2
             */
            count: number;
            /**
             * @description In the order in which they were asked for
             * @example [
             *       {
             *         "usage": "cpuUsage",
             *         "unit": "%",
             *         "series": [
             *           {
             *             "name": "cpu",
             *             "values": [
             *               12.5,
             *               null
             *             ]
             *           }
             *         ]
             *       }
             *     ]
             */
            usages: components["schemas"]["UsageSeries"][];
        };
        /** @description Series of one of several instances */
        UsagesOfInstance: {
            /**
             * @description The instance's id
             * @example c5e1012f-9455-47ff-bbb7-1cff5e1f9894
             */
            instance_id: string;
            /**
             * @description In the order in which they were asked for
             * @example [
             *       {
             *         "usage": "cpuUsage",
             *         "unit": "%",
             *         "series": [
             *           {
             *             "name": "cpu",
             *             "values": [
             *               12.5,
             *               null
             *             ]
             *           }
             *         ]
             *       }
             *     ]
             */
            usages: components["schemas"]["UsageSeries"][];
        };
        /** @description Series of several instances, all of the same buckets */
        ProjectUsages: {
            /**
             * @description The first bucket's start, in unix seconds
             * @example 1502330400
             */
            start: number;
            /**
             * @description Seconds of a bucket
             * @example 60
             */
            step: number;
            /**
             * @description Number of buckets: bucket i starts at `start + i * step`
             * @example 2
             */
            count: number;
            /**
             * @description The requested project
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            projectId: string;
            /**
             * @description In the order in which they were asked for
             * @example [
             *       {
             *         "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
             *         "usages": [
             *           {
             *             "usage": "cpuUsage",
             *             "unit": "%",
             *             "series": [
             *               {
             *                 "name": "cpu",
             *                 "values": [
             *                   12.5,
             *                   null
             *                 ]
             *               }
             *             ]
             *           }
             *         ]
             *       }
             *     ]
             */
            instances: components["schemas"]["UsagesOfInstance"][];
        };
        /** @description A quota of all projects together */
        QuotaTotal: {
            /**
             * @description The sum of all known usages; null where none is known
             * @example 43
             */
            used: number | null;
            /**
             * @description The sum of all known limits, without the unlimited ones; null where there is none
             * @example 165
             */
            limit: number | null;
            /**
             * @description How many projects have no limit
             * @example 0
             */
            unlimited: number;
            /**
             * @description Of how many projects the usage or the limit is unknown
             * @example 0
             */
            unknown: number;
        };
        /** @description The limits and usages of all projects together */
        ProjectTotals: {
            /**
             * @description How many projects there are
             * @example 2
             */
            projects: number;
            /**
             * @description How many of them are enabled
             * @example 2
             */
            enabled: number;
            /**
             * @description How many use 80 % of a limit or more
             * @example 0
             */
            near: number;
            /**
             * @description How many use a limit completely, or exceed it; they count as `near` as well
             * @example 0
             */
            full: number;
            /** @description The upstreams that could not be read, or have no quota of some project. Absent where there are none */
            unavailable?: ("compute" | "network" | "block-storage")[];
            /**
             * @description Each quota of all projects together
             * @example {
             *       "instances": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "vcpus": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "memoryMb": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "floatingIps": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "securityGroups": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "volumeStorage": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       },
             *       "volumeStorageGb": {
             *         "used": 43,
             *         "limit": 165,
             *         "unlimited": 0,
             *         "unknown": 0
             *       }
             *     }
             */
            quotas: {
                instances: components["schemas"]["QuotaTotal"];
                vcpus: components["schemas"]["QuotaTotal"];
                memoryMb: components["schemas"]["QuotaTotal"];
                floatingIps: components["schemas"]["QuotaTotal"];
                securityGroups: components["schemas"]["QuotaTotal"];
                volumeStorage: components["schemas"]["QuotaTotal"];
                volumeStorageGb: components["schemas"]["QuotaTotal"];
            };
        };
        /** @description An instance of a ranking; a usage that it is not ranked by is null */
        TopInstance: {
            /**
             * @description Its id
             * @example c5e1012f-9455-47ff-bbb7-1cff5e1f9894
             */
            instance_id: string;
            /**
             * @description Its name
             * @example demo-test
             */
            name: string | null;
            /**
             * @description Fixed and floating IPs
             * @example [
             *       "115.68.151.163"
             *     ]
             */
            address: string[];
            /**
             * @description CPU in use in percent, by the newest sample; null where none is recent enough
             * @example 3
             */
            cpuUsage: number | null;
            /**
             * @description Memory in use in percent, by the newest sample; null where none is recent enough
             * @example 41.25
             */
            memoryUsage: number | null;
            /**
             * @description vCPUs of the flavor
             * @example 1
             */
            vcpus: number | null;
            /**
             * @description MiB of memory of the flavor
             * @example 512
             */
            memory_mb: number | null;
            /**
             * @description GiB of root disk of the flavor
             * @example 1
             */
            disk_gb: number | null;
            /**
             * @description The flavor's name
             * @example m1.tiny
             */
            flavor: string | null;
            /**
             * @description Nova's status
             * @example ACTIVE
             */
            state: string | null;
            /**
             * @description When it was launched, UTC; null before
             * @example 2017-07-06T04:27:23
             */
            started_at: string | null;
            /**
             * @description When it was terminated, UTC; empty while it exists
             * @example
             */
            ended_at: string | null;
            /**
             * @description Seconds since `started_at`; null without it
             * @example 4226153
             */
            uptime: number | null;
            /**
             * @description Id of its project
             * @example da9572dd8c0a4857aa12d9c4cbb76306
             */
            tenant_id: string;
            /**
             * @description Its availability zone; null without one
             * @example nova
             */
            zone: string | null;
            /**
             * @description The name of its project
             * @example demo
             */
            projectName: string | null;
            /**
             * @description The usage that it is ranked by: in percent, or in KiB/s
             * @example 3
             */
            usage: number;
        };
        /** @description The busiest instances, or the idlest ones */
        TopInstances: {
            /**
             * @description The usage that they are ranked by
             * @example cpuUsage
             * @enum {string}
             */
            by: "cpuUsage" | "memoryUsage" | "networkIo" | "diskRead" | "diskWrite";
            /**
             * @description Whether the busiest come first (`desc`)
             * @example desc
             * @enum {string}
             */
            order: "desc" | "asc";
            /**
             * @description The instances
             * @example [
             *       {
             *         "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
             *         "name": "demo-test",
             *         "address": [
             *           "115.68.151.163"
             *         ],
             *         "cpuUsage": 3,
             *         "memoryUsage": 41.25,
             *         "vcpus": 1,
             *         "memory_mb": 512,
             *         "disk_gb": 1,
             *         "flavor": "m1.tiny",
             *         "state": "ACTIVE",
             *         "started_at": "2017-07-06T04:27:23",
             *         "ended_at": "",
             *         "uptime": 4226153,
             *         "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
             *         "zone": "nova",
             *         "projectName": "demo",
             *         "usage": 3
             *       }
             *     ]
             */
            metric: components["schemas"]["TopInstance"][];
            /** @description Present where another instance may belong among them: the metrics store finds candidates by a rounded percentage, or computes rates over some minutes */
            approximate?: boolean;
            /** @description Present while Keystone cannot be read: names of projects may be null */
            unavailable?: "identity"[];
        };
        /** @description A page of the instances that match */
        FoundInstances: {
            /**
             * @description The instances, newest first
             * @example [
             *       {
             *         "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
             *         "name": "demo-test",
             *         "address": [
             *           "115.68.151.163"
             *         ],
             *         "cpuUsage": 3,
             *         "memoryUsage": 41.25,
             *         "vcpus": 1,
             *         "memory_mb": 512,
             *         "disk_gb": 1,
             *         "flavor": "m1.tiny",
             *         "state": "ACTIVE",
             *         "started_at": "2017-07-06T04:27:23",
             *         "ended_at": "",
             *         "uptime": 4226153,
             *         "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
             *         "zone": "nova",
             *         "projectName": "demo"
             *       }
             *     ]
             */
            metric: components["schemas"]["InstanceDetail"][];
            /** @description Present while these upstreams cannot be read: names of projects, or usages, may be null */
            unavailable?: ("identity" | "metrics")[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is alive */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics in Prometheus' text format */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP openstack_monitoring_upstream_circuit_open 1 while an upstream is not called after repeated failures
                     *     # TYPE openstack_monitoring_upstream_circuit_open gauge
                     *     openstack_monitoring_upstream_circuit_open{upstream="identity"} 0
                     */
                    "text/plain": string;
                };
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service can serve requests */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "degraded",
                     *       "upstreams": {
                     *         "identity": "up",
                     *         "compute": "up",
                     *         "network": "up",
                     *         "block-storage": "timeout",
                     *         "metrics": "up"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The service shuts down, or with `READINESS=upstreams` a required upstream is down */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "unready",
                     *       "upstreams": {
                     *         "identity": "up",
                     *         "compute": "up",
                     *         "network": "up",
                     *         "block-storage": "timeout",
                     *         "metrics": "unreachable"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    getInstance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instance */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
                     *       "name": "demo-test",
                     *       "address": [
                     *         "115.68.151.163"
                     *       ],
                     *       "cpuUsage": 3,
                     *       "memoryUsage": 41.25,
                     *       "vcpus": 1,
                     *       "memory_mb": 512,
                     *       "disk_gb": 1,
                     *       "flavor": "m1.tiny",
                     *       "state": "ACTIVE",
                     *       "started_at": "2017-07-06T04:27:23",
                     *       "ended_at": "",
                     *       "uptime": 4226153,
                     *       "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *       "zone": "nova",
                     *       "projectName": "demo"
                     *     }
                     */
                    "application/json": components["schemas"]["InstanceDetail"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such instance */
            404: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    searchInstances: {
        parameters: {
            query: {
                /**
                 * @description Maximum number of entries on the page
                 * @example 100
                 */
                limit: number;
                /** @description Id of the last instance of the previous page */
                marker?: string;
                /** @description Only instances with this in their name, in any case. Either this or `address` is needed */
                hostname?: string;
                /** @description Only instances with this fixed IP address: a complete one. Nova searches no floating ones */
                address?: string;
                /** @description Only instances that Nova lists for this status; `ACTIVE` includes those that are rebooting */
                state?: "ACTIVE" | "BUILD" | "ERROR" | "HARD_REBOOT" | "MIGRATING" | "PASSWORD" | "PAUSED" | "REBOOT" | "REBUILD" | "RESCUE" | "RESIZE" | "REVERT_RESIZE" | "SHELVED" | "SHELVED_OFFLOADED" | "SHUTOFF" | "SUSPENDED" | "VERIFY_RESIZE";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of instances */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    /** @description The next page, relative to this one's URL; absent on the last page */
                    Link?: string;
                    /** @description The upstream that lists only a part of the entries; absent where all are listed */
                    Incomplete?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "metric": [
                     *         {
                     *           "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
                     *           "name": "demo-test",
                     *           "address": [
                     *             "115.68.151.163"
                     *           ],
                     *           "cpuUsage": 3,
                     *           "memoryUsage": 41.25,
                     *           "vcpus": 1,
                     *           "memory_mb": 512,
                     *           "disk_gb": 1,
                     *           "flavor": "m1.tiny",
                     *           "state": "ACTIVE",
                     *           "started_at": "2017-07-06T04:27:23",
                     *           "ended_at": "",
                     *           "uptime": 4226153,
                     *           "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *           "zone": "nova",
                     *           "projectName": "demo"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FoundInstances"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTopInstances: {
        parameters: {
            query: {
                /**
                 * @description The usage: CPU or memory in percent, or bytes (`in` and `out` together) in KiB/s
                 * @example cpuUsage
                 */
                by: "cpuUsage" | "memoryUsage" | "networkIo" | "diskRead" | "diskWrite";
                /** @description `asc` finds the idlest instances. `desc` unless given */
                order?: "desc" | "asc";
                /** @description How many instances; 10 unless given */
                limit?: number;
                /** @description Only instances of this project */
                projectId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The instances, in order */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "by": "cpuUsage",
                     *       "order": "desc",
                     *       "metric": [
                     *         {
                     *           "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
                     *           "name": "demo-test",
                     *           "address": [
                     *             "115.68.151.163"
                     *           ],
                     *           "cpuUsage": 3,
                     *           "memoryUsage": 41.25,
                     *           "vcpus": 1,
                     *           "memory_mb": 512,
                     *           "disk_gb": 1,
                     *           "flavor": "m1.tiny",
                     *           "state": "ACTIVE",
                     *           "started_at": "2017-07-06T04:27:23",
                     *           "ended_at": "",
                     *           "uptime": 4226153,
                     *           "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *           "zone": "nova",
                     *           "projectName": "demo",
                     *           "usage": 3
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TopInstances"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such project */
            404: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInstances: {
        parameters: {
            query: {
                /**
                 * @description Maximum number of entries on the page
                 * @example 100
                 */
                limit: number;
                /** @description Id of the last instance of the previous page, which had the same `sort` */
                marker?: string;
                /** @description Only instances with this in their name, in any case */
                hostname?: string;
                /** @description The order: by creation or by name, each descending with `-`. Newest first unless given */
                sort?: "-created" | "created" | "name" | "-name";
                /** @description Only instances that Nova lists for this status; `ACTIVE` includes those that are rebooting */
                state?: "ACTIVE" | "BUILD" | "ERROR" | "HARD_REBOOT" | "MIGRATING" | "PASSWORD" | "PAUSED" | "REBOOT" | "REBUILD" | "RESCUE" | "RESIZE" | "REVERT_RESIZE" | "SHELVED" | "SHELVED_OFFLOADED" | "SHUTOFF" | "SUSPENDED" | "VERIFY_RESIZE";
                /** @description Only instances with this fixed IP address: a complete one. Nova searches no floating ones */
                address?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the project
                 * @example da9572dd8c0a4857aa12d9c4cbb76306
                 */
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of instances. A client that prefers `text/csv` gets a table. */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    /** @description The next page, relative to this one's URL; absent on the last page */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "metric": [
                     *         {
                     *           "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
                     *           "name": "demo-test",
                     *           "address": [
                     *             "115.68.151.163"
                     *           ],
                     *           "cpuUsage": 3,
                     *           "memoryUsage": 41.25,
                     *           "vcpus": 1,
                     *           "memory_mb": 512,
                     *           "disk_gb": 1,
                     *           "flavor": "m1.tiny",
                     *           "state": "ACTIVE",
                     *           "started_at": "2017-07-06T04:27:23",
                     *           "ended_at": "",
                     *           "uptime": 4226153,
                     *           "tenant_id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *           "zone": "nova"
                     *         }
                     *       ],
                     *       "projectId": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *       "totalCnt": 1
                     *     }
                     */
                    "application/json": components["schemas"]["InstancePage"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such project */
            404: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProjectSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the project
                 * @example da9572dd8c0a4857aa12d9c4cbb76306
                 */
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *       "name": "demo",
                     *       "description": "",
                     *       "enabled": true,
                     *       "instancesLimit": 15,
                     *       "instancesUsed": 1,
                     *       "vcpusLimit": 50,
                     *       "vcpusUsed": 1,
                     *       "memoryMbLimit": 10240,
                     *       "memoryMbUsed": 512,
                     *       "floatingIpsLimit": 2,
                     *       "floatingIpsUsed": 0,
                     *       "securityGroupsLimit": 5,
                     *       "securityGroupsUsed": 2,
                     *       "volumeStorageLimit": 10,
                     *       "volumeStorageUsed": 0,
                     *       "volumeStorageLimitGb": 100,
                     *       "volumeStorageUsedGb": 0
                     *     }
                     */
                    "application/json": components["schemas"]["ProjectSummary"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such project */
            404: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjectSummaries: {
        parameters: {
            query?: {
                /** @description Only projects with this in their name, in any case */
                projectName?: string;
                /** @description Maximum number of entries on the page */
                limit?: number;
                /** @description Id of the last project of the previous page, which had the same `sort` */
                marker?: string;
                /** @description The order: by name, or by the greatest share of a limit that is in use, each descending with `-`. Projects without a known share come last. By name unless given */
                sort?: "name" | "-name" | "fullest" | "-fullest";
                /** @description Only projects that use this many percent of a limit or more */
                nearLimit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The projects. A client that prefers `text/csv` gets a table. */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    /** @description The next page, relative to this one's URL; absent on the last page */
                    Link?: string;
                    /** @description The upstream that lists only a part of the entries; absent where all are listed */
                    Incomplete?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *         "name": "demo",
                     *         "description": "",
                     *         "enabled": true,
                     *         "instancesLimit": 15,
                     *         "instancesUsed": 1,
                     *         "vcpusLimit": 50,
                     *         "vcpusUsed": 1,
                     *         "memoryMbLimit": 10240,
                     *         "memoryMbUsed": 512,
                     *         "floatingIpsLimit": 2,
                     *         "floatingIpsUsed": 0,
                     *         "securityGroupsLimit": 5,
                     *         "securityGroupsUsed": 2,
                     *         "volumeStorageLimit": 10,
                     *         "volumeStorageUsed": 0,
                     *         "volumeStorageLimitGb": 100,
                     *         "volumeStorageUsedGb": 0
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["ProjectSummary"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjectSummariesByOldPath: {
        parameters: {
            query?: {
                /** @description Only projects with this in their name, in any case */
                projectName?: string;
                /** @description Maximum number of entries on the page */
                limit?: number;
                /** @description Id of the last project of the previous page, which had the same `sort` */
                marker?: string;
                /** @description The order: by name, or by the greatest share of a limit that is in use, each descending with `-`. Projects without a known share come last. By name unless given */
                sort?: "name" | "-name" | "fullest" | "-fullest";
                /** @description Only projects that use this many percent of a limit or more */
                nearLimit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The projects. A client that prefers `text/csv` gets a table. */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    /** @description The next page, relative to this one's URL; absent on the last page */
                    Link?: string;
                    /** @description The upstream that lists only a part of the entries; absent where all are listed */
                    Incomplete?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *         "name": "demo",
                     *         "description": "",
                     *         "enabled": true,
                     *         "instancesLimit": 15,
                     *         "instancesUsed": 1,
                     *         "vcpusLimit": 50,
                     *         "vcpusUsed": 1,
                     *         "memoryMbLimit": 10240,
                     *         "memoryMbUsed": 512,
                     *         "floatingIpsLimit": 2,
                     *         "floatingIpsUsed": 0,
                     *         "securityGroupsLimit": 5,
                     *         "securityGroupsUsed": 2,
                     *         "volumeStorageLimit": 10,
                     *         "volumeStorageUsed": 0,
                     *         "volumeStorageLimitGb": 100,
                     *         "volumeStorageUsedGb": 0
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["ProjectSummary"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProjectTotals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The totals */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    /** @description The upstream that lists only a part of the entries; absent where all are listed */
                    Incomplete?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "projects": 2,
                     *       "enabled": 2,
                     *       "near": 0,
                     *       "full": 0,
                     *       "quotas": {
                     *         "instances": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "vcpus": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "memoryMb": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "floatingIps": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "securityGroups": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "volumeStorage": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         },
                     *         "volumeStorageGb": {
                     *           "used": 43,
                     *           "limit": 165,
                     *           "unlimited": 0,
                     *           "unknown": 0
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ProjectTotals"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCpuUsage: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `cpu` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "cpu",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMemUsage: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `memory` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "memory",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDiskRead: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `read` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "read",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDiskWrite: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `write` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "write",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNetworkIo: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `in` and `out` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "in",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       },
                     *       {
                     *         "name": "out",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNetworkPackets: {
        parameters: {
            query: {
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series `in` and `out` */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "in",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       },
                     *       {
                     *         "name": "out",
                     *         "metric": [
                     *           {
                     *             "time": 1502330400,
                     *             "usage": 12.5
                     *           }
                     *         ]
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Series"][];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsages: {
        parameters: {
            query: {
                /** @description Usages, comma-separated: `cpuUsage`, `memUsage`, `diskRead`, `diskWrite`, `networkIo`, `networkPackets`; all of them unless given */
                usage?: string;
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the instance
                 * @example 929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c
                 */
                instanceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series of each usage. A client that prefers `text/csv` gets a table. */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": 1502330400,
                     *       "step": 60,
                     *       "count": 2,
                     *       "usages": [
                     *         {
                     *           "usage": "cpuUsage",
                     *           "unit": "%",
                     *           "series": [
                     *             {
                     *               "name": "cpu",
                     *               "values": [
                     *                 12.5,
                     *                 null
                     *               ]
                     *             }
                     *           ]
                     *         },
                     *         {
                     *           "usage": "networkIo",
                     *           "unit": "KiB/s",
                     *           "series": [
                     *             {
                     *               "name": "in",
                     *               "values": [
                     *                 12.5,
                     *                 null
                     *               ]
                     *             },
                     *             {
                     *               "name": "out",
                     *               "values": [
                     *                 12.5,
                     *                 null
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InstanceUsages"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsagesOfInstances: {
        parameters: {
            query: {
                /**
                 * @description Ids of 1 to 100 instances, comma-separated, none of them twice
                 * @example c5e1012f-9455-47ff-bbb7-1cff5e1f9894
                 */
                instances: string;
                /**
                 * @description Usages, comma-separated: `cpuUsage`, `memUsage`, `diskRead`, `diskWrite`, `networkIo`, `networkPackets`
                 * @example cpuUsage,memUsage
                 */
                usage: string;
                /**
                 * @description Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`
                 * @example 1m
                 */
                groupBy: string;
                /**
                 * @description The range that ends now: a duration. Either this, or both of the other two
                 * @example 10m
                 */
                defaultTimeRange?: string;
                /** @description One end of the range: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeFrom?: string;
                /** @description Its other end, in either order: a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds */
                timeRangeTo?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of the project
                 * @example da9572dd8c0a4857aa12d9c4cbb76306
                 */
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series of each instance. A client that prefers `text/csv` gets a table. */
            200: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": 1502330400,
                     *       "step": 60,
                     *       "count": 2,
                     *       "projectId": "da9572dd8c0a4857aa12d9c4cbb76306",
                     *       "instances": [
                     *         {
                     *           "instance_id": "c5e1012f-9455-47ff-bbb7-1cff5e1f9894",
                     *           "usages": [
                     *             {
                     *               "usage": "cpuUsage",
                     *               "unit": "%",
                     *               "series": [
                     *                 {
                     *                   "name": "cpu",
                     *                   "values": [
                     *                     12.5,
                     *                     null
                     *                   ]
                     *                 }
                     *               ]
                     *             },
                     *             {
                     *               "usage": "memUsage",
                     *               "unit": "%",
                     *               "series": [
                     *                 {
                     *                   "name": "memory",
                     *                   "values": [
                     *                     12.5,
                     *                     null
                     *                   ]
                     *                 }
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ProjectUsages"];
                };
            };
            /** @description The response is unchanged */
            304: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description With it as `If-None-Match`, a request gets a 304 while the response is unchanged */
                    ETag?: string;
                    /** @description Age of the oldest number in the response, in seconds */
                    Age?: number;
                    /** @description How long the response is fresh; `no-cache` where it is partial or stale */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, malformed, unknown or contradictory, or the marker is unknown */
            400: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such project */
            404: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The caller exceeds a limit that the operator has set */
            429: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    /** @description Requests that the caller may send per minute */
                    "RateLimit-Limit"?: number;
                    /** @description Requests that are left */
                    "RateLimit-Remaining"?: number;
                    /** @description Seconds until the limit is reset */
                    "RateLimit-Reset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal server error */
            500: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream returned an invalid response, or rejected the service's credential */
            502: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream is unavailable, Keystone cannot validate the token, or the service is overloaded */
            503: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    /** @description Seconds to wait before a retry */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An upstream did not respond within its time limit */
            504: {
                headers: {
                    /** @description The request's id in the service's log */
                    "X-Openstack-Request-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
