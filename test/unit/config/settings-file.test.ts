import { join } from 'node:path'
import t from 'tap'
import { loadSettingsFile } from '#lib/config/settings-file.js'

t.test('reads names and values, whatever is in them', async (t) => {
  const path = join(t.testdir({
    file: '# a comment\n\n  A=1\nB="two words"\r\nC=\'3\'\nD=\nE=p#a"s=$s\\n\'\nF=""\nG="half\n'
  }), 'file')
  t.same(loadSettingsFile(path), {
    A: '1', B: 'two words', C: '3', D: '', E: 'p#a"s=$s\\n\'', F: '', G: '"half'
  })
})

t.test('rejects other lines and files in one line that quotes no value', async (t) => {
  const files = { a: 'A=1\nsecret\n', b: 'b=secret', c: 'export A=secret', d: ' = secret' }
  const folder = t.testdir(files)
  for (const name of Object.keys(files)) {
    const message = /^SETTINGS_FILE must have NAME=value lines: line [12] of [^\n]* is none$/
    t.throws(() => loadSettingsFile(join(folder, name)), { name: 'InvalidSetting', message }, name)
    t.throws(() => loadSettingsFile(join(folder, name)), { message: /^(?!.*secret)/ })
  }
  const message = /^SETTINGS_FILE must be a file that can be read: .* \(E(?:NOENT|ISDIR)\)$/
  for (const path of ['/nowhere', folder]) {
    t.throws(() => loadSettingsFile(path), { name: 'InvalidSetting', message })
  }
})
