// N streams of sound to one sink, from this process alone. Asked over IPC.
//   node scale-sender.js bridge|bare PORT COUNT
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { AvatarLane } from '../../dist/avatar/index.js';
import { PaceScheduler } from '../../dist/pacing/index.js';
import { SILENT_LOGGER, SystemClock } from '../../dist/runtime/index.js';
import { TcpDialLink } from '../../dist/transport/index.js';

const [mode, port, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const UNIT_MS = 20;
const FRAME = Buffer.concat([Buffer.from('SND0640'), Buffer.alloc(640, 1)]);
const late = [];
let isMeasuring = false;
let begun;

process.on('message', ({ ask }) => {
  if (ask === 'begin') {
    isMeasuring = true;
    late.length = 0;
    begun = { cpu: process.cpuUsage(), atMs: performance.now() };
  } else {
    isMeasuring = false;
    const { user, system } = process.cpuUsage(begun.cpu);
    const cpu = (user + system) / 10 / (performance.now() - begun.atMs);
    process.send({ cpu: Math.round(cpu * 10) / 10, rss: process.memoryUsage().rss, late: percentiles(late) });
  }
});
process.on('disconnect', () => process.exit());

const rssBefore = process.memoryUsage().rss;
await (mode === 'bridge' ? bridge() : bare());
process.send({ ready: true, rssBefore });

/** As the daemon does it: a link and a lane for each, one scheduler for all. */
async function bridge() {
  const clock = new SystemClock();
  const scheduler = new PaceScheduler(clock, (error) => process.stderr.write(`${error.stack}\n`));
  const observer = {
    unitSent: (_payload, _nowMs, lateMs) => {
      if (isMeasuring && lateMs !== undefined) late.push(lateMs);
    },
    underrunExpected: () => {},
    soundDropped: () => {},
  };
  const lanes = [];
  for (let n = 0; n < count; n++) {
    const link = new TcpDialLink({
      url: `tcp://127.0.0.1:${port}`,
      host: '127.0.0.1',
      port,
      clock,
      random: Math.random,
      logger: SILENT_LOGGER,
    });
    const lane = new AvatarLane({
      name: `lane-${n}`,
      model: '0',
      carriesSound: true,
      latencyMs: 45,
      queueMessages: 100,
      queuePolicy: 'fail',
      clock,
      scheduler,
      observer,
    });
    link.events.on('connection', (connection) => lane.attach(connection));
    await link.start();
    lanes.push(lane);
    if (n % 100 === 99) await wait(20);
  }
  while (lanes.some((lane) => lane.state.status !== 'ready')) await wait(50);
  // Begun over a while, as in life: not all in one millisecond.
  for (const [n, lane] of lanes.entries()) {
    speak(lane, n);
    if (n % 10 === 9) await wait(3);
  }
}

function speak(lane, id) {
  const options = { kind: 'recorded', mode: 'file', leadMs: 100, aheadMs: 2000, readyTimeoutMs: 60_000 };
  const stream = lane.openStream(id + 1, options);
  const sound = Buffer.alloc(64_000, 1);
  const fill = (acceptedBytes) => {
    const room = Math.min(acceptedBytes - stream.receivedBytes, sound.length);
    if (room > 0) stream.push(sound.subarray(0, room - (room % 2)));
  };
  stream.events.on('credit', fill);
  fill(stream.acceptedBytes);
}

/** The least there is: the same bytes at the same times, nothing else. */
async function bare() {
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await wait(Math.floor(n / 100) * 20);
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.resume();
      return socket;
    }),
  );
  const startMs = performance.now() + 50;
  // In the order of their deadlines for ever: each comes around after 20 ms.
  const streams = sockets.map((socket, n) => ({ socket, dueMs: startMs + (n * UNIT_MS) / count }));
  let next = 0;
  const tick = () => {
    let nowMs = performance.now();
    while (streams[next].dueMs <= nowMs + 0.5) {
      const stream = streams[next];
      stream.socket.write(FRAME);
      if (isMeasuring) late.push(Math.max(0, nowMs - stream.dueMs));
      stream.dueMs += UNIT_MS;
      next = (next + 1) % count;
      nowMs = performance.now();
    }
    setTimeout(tick, Math.max(1, Math.ceil(streams[next].dueMs - nowMs)));
  };
  tick();
}

function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (part) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 100) / 100;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
