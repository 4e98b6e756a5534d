import t from 'tap'
import { attack } from './attack.js'

t.setTimeout(600_000)

t.test('without authentication', (t) => attack(t, false))
t.test('as a user of one project', (t) => attack(t, true))
