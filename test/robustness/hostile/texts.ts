/** InfluxQL fragments: dangerous if the text of a client were part of a statement. */
export const influxqlFragments = [
  '\' OR 1=1', '\' OR \'\'=\'', '" OR ""="', '\'; DROP MEASUREMENT "cpu.utilization_norm_perc"; --',
  '"; DROP DATABASE mon; --', ';DROP DATABASE mon', 'x\') OR time > 0 --', '1m) fill(0',
  '1m);DROP DATABASE mon', '1m,"hostname"', '1m OR 1=1', '1m\'', '$id', '$id0', '$start', ':id',
  '{"duration":"1m"}', 'now()', 'now() - 1h', '\'2026-01-01\'', '0 OR 1=1',
  '1970-01-01T00:00:00Z\' OR \'1\'=\'1', '/* */', '-- ', '\\\'', 'a\\', '"."cpu"',
  'SELECT * INTO "x" FROM /.*/', 'a,resource_id=b value=1', '\n;DROP DATABASE mon', '%27%3B'
]

/** PromQL fragments: the same of a Prometheus API. */
export const promqlFragments = [
  'x"}[1m]) or vector(1) #', '"} or {__name__=~".+"}', '",instance_id=~".*', '\\"} or up{a="', 'a|b', '.*|x',
  '`', '\'', '{}', '[5m]', '$__interval', 'ü', '\\', '\\\\', '\n"}', '# ', 'a"b', '(?s).*', '\\Q.*\\E',
  '()|.*'
]

/** Regular expressions and wildcards: dangerous if names were matched by pattern. */
export const patterns = [
  '.*', '/.*/', '^', '$', '[', '(', '(?', '*', '+', '\\', 'a|b', '(a+)+$',
  `${'a?'.repeat(30)}${'a'.repeat(30)}`, '[[:alpha:]]', '\\d', '%', '_', '?', '%25', '(?i)web'
]

/** Texts that careless parsers misread. */
export const misleadingTexts = [
  '', ' ', '\0', 'a\0b', 'a b', 'a/b', '../summary', '..', '...', 'a.b', 'a\tb', 'a\n', 'a\r\nX-Evil: 1',
  '[object Object]', '{"a":1}', '[]', 'é', '😀', '١', '１', '\u202e', '\ufeff', '1e9', '0x10', '1.5', '-1',
  ' 1', '1 ', 'NaN', 'Infinity', '99999999999999999999', '<script>alert(1)</script>', 'a'.repeat(65),
  'a'.repeat(256), 'a'.repeat(2_000)
]

/** Valid ids that belong to no project or instance. */
export const unusualIds = [
  '__proto__', 'constructor', 'toString', 'null', 'undefined', 'true', '0', '-', '_', 'DROP', 'time', 'id0',
  '1m', '2026-01-01', 'a'.repeat(64)
]
