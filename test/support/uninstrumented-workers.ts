import cluster from 'node:cluster'
import { join } from 'node:path'
import { root } from './root.js'

// Loaded before a server: the server's workers then run without the test runner's instrumentation.
if (cluster.isPrimary) process.execPath = join(root, 'test/support/uninstrumented-node.sh')
