import t from 'tap'
import { attack } from './attack.js'

t.setTimeout(600_000)

t.test('where nobody is asked who he is', (t) => attack(t, false))
t.test('where a tenant asks', (t) => attack(t, true))
