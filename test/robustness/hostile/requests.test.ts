import t from 'tap'
import { metricsStores } from '#test/support/service.js'
import { attack } from './attack.js'

for (const metricsStore of metricsStores) {
  t.test(`without authentication, over ${metricsStore}`, (t) => attack(t, false, metricsStore))
  t.test(`as a user of one project, over ${metricsStore}`, (t) => attack(t, true, metricsStore))
}
