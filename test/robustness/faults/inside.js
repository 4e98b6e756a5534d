// What the fault suite changes inside of the server's process: what time it is there, and what names that end
// in .test resolve to.
import dns from 'node:dns'

let shift = 0
let failure

const { now } = Date
Date.now = () => now() + shift

const { lookup } = dns
dns.lookup = (name, options, callback) => {
  if (!name.endsWith('.test')) return lookup(name, options, callback)
  if (failure) {
    process.nextTick(
      callback, Object.assign(new Error(`getaddrinfo ${failure} ${name}`), { code: failure })
    )
  } else if (options.all) process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }])
  else process.nextTick(callback, null, '127.0.0.1', 4)
}

process.on('message', (message) => {
  if ('shift' in message) shift = message.shift
  if ('failure' in message) failure = message.failure
})
// The server is to end when it has nothing else to do.
process.channel.unref()
