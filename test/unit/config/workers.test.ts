import { availableParallelism } from 'node:os'
import t from 'tap'
import { workerCount } from '#lib/config/workers.js'

t.test('the number of workers', async (t) => {
  t.equal(workerCount({ WORKERS: '1' }), 1)
  t.equal(workerCount({ WORKERS: '64' }, 2), 64)
  t.equal(workerCount({ WORKERS: 'auto' }), Math.min(availableParallelism(), 64))
  t.equal(workerCount({ WORKERS: 'auto' }, 4), 4)
  t.equal(workerCount({ WORKERS: 'auto' }, 128), 64)
})
