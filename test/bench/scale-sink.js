// A stand-in for many MMDAgent-EX: takes sound on every connection and keeps when each piece of it came. Asked over IPC.
import { createServer } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  const peer = { atBytes: 0, arrivals: [], rest: Buffer.alloc(0) };
  peers.add(peer);
  socket.on('error', () => {});
  socket.on('close', () => peers.delete(peer));
  socket.on('data', (data) => take(peer, socket, data, performance.now()));
  // What the bridge waits for before it sends sound.
  socket.write('MODEL_EVENT_ADD|0\n');
});
const peers = new Set();
let isMeasuring = false;

process.on('message', ({ ask }) => {
  if (ask === 'begin') {
    isMeasuring = true;
    for (const peer of peers) peer.arrivals.length = 0;
  } else if (ask === 'end') {
    isMeasuring = false;
    process.send(report());
  }
});
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ port: server.address().port }),
);

function take(peer, socket, data, nowMs) {
  let bytes = peer.rest.length === 0 ? data : Buffer.concat([peer.rest, data]);
  for (;;) {
    const isSound = bytes.length >= 7 && bytes[0] === 0x53 && bytes[1] === 0x4e && bytes[2] === 0x44;
    if (isSound && bytes[3] > 0x3a) {
      // SNDFILE, SNDSTRM, SNDBRKS: complete without a newline, which may follow.
      bytes = bytes.subarray(bytes[7] === 0x0a ? 8 : 7);
      continue;
    }
    if (isSound) {
      const size = (bytes[3] - 48) * 1000 + (bytes[4] - 48) * 100 + (bytes[5] - 48) * 10 + bytes[6] - 48;
      if (bytes.length < 7 + size) break;
      // Where it begins: two units at once, sent to catch up, are no earlier than one.
      if (isMeasuring) peer.arrivals.push(nowMs, peer.atBytes);
      peer.atBytes += size;
      bytes = bytes.subarray(7 + size);
      continue;
    }
    // Lines are echoed, as MMDAgent-EX does; its verbs and the sound modes are not.
    const end = bytes.indexOf(0x0a);
    if (end < 0) break;
    const line = bytes.subarray(0, end + 1);
    if (!/^(__AV|SND)/.test(line.toString('latin1'))) socket.write(Buffer.from(line));
    bytes = bytes.subarray(end + 1);
  }
  peer.rest = Buffer.from(bytes);
}

/**
 * How late each piece came, against a clock of the sound's own speed that runs through the earliest piece of its
 * connection: what is constant (lead, network) falls out, jitter and falling behind stay.
 */
function report() {
  const lateMs = [];
  let streams = 0;
  let bytes = 0;
  for (const { arrivals } of peers) {
    if (arrivals.length < 4) continue;
    streams++;
    let earliest = Number.POSITIVE_INFINITY;
    for (let n = 0; n < arrivals.length; n += 2)
      earliest = Math.min(earliest, arrivals[n] - arrivals[n + 1] / 32);
    for (let n = 0; n < arrivals.length; n += 2) lateMs.push(arrivals[n] - arrivals[n + 1] / 32 - earliest);
    bytes += arrivals.at(-1) - arrivals[1];
  }
  return { streams, bytes, late: percentiles(lateMs) };
}

function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (part) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 100) / 100;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
