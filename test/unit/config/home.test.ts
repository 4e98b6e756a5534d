import { homedir } from 'node:os'
import t from 'tap'
import { homeFolder } from '#lib/config/home.js'

t.test('a user without a home folder has the root folder', async (t) => {
  t.equal(homeFolder(), homedir())
  t.equal(homeFolder(() => { throw new Error('uv_os_homedir returned ENOENT') }), '/')
})
