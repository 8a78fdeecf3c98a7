// A million fuzzed frames from a client, and as many bytes' worth from a peer: no crash, no growing memory.
//   node --expose-gc test/bench/fuzz-control.js [--frames 1000000] [--seed 1]
// Needs `npm run build`. Exit 1 when memory grew by more than 10 MB or something threw.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultConfig } from '../../dist/config/index.js';
import { ControlFrameDecoder, createMemoryChannels, encodeControlFrame } from '../../dist/control/index.js';
import { createLinkFactory, Daemon, SimulatorTaps } from '../../dist/daemon/index.js';
import { Emitter, SILENT_LOGGER, SystemClock, seededRandom } from '../../dist/runtime/index.js';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const frames = Number(values.frames);
const random = seededRandom(Number(values.seed));
const int = (below) => Math.floor(random() * below);
const pick = (list) => list[int(list.length)];
const MAX_GROWTH_MB = 10;
let isOk = true;
const PEER_TYPES = [
  'A',
  'MODEL_EVENT_ADD',
  'MODEL_EVENT_DELETE',
  'ROTATE_EVENT_START',
  'LIPSYNC_EVENT_START',
  'SPEAK_EVENT_STOP',
  'REMOTE_EVENT_CONNECTED',
  'あ',
  'SND0640',
  '',
];

const clock = new SystemClock();
const taps = new SimulatorTaps(clock);
const settings = { ...defaultConfig(), links: ['simulator:'], resumeMs: 0 };
const links = createLinkFactory({ settings, clock, random: Math.random, logger: SILENT_LOGGER, taps });
const daemon = new Daemon({
  version: 'fuzz',
  settings,
  clock,
  logger: SILENT_LOGGER,
  links,
  taps,
  onStop: () => {},
});
await daemon.start();
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const REQUESTS = [
  'hello',
  'status',
  'ensureLinks',
  'send',
  'open',
  'end',
  'interrupt',
  'tie',
  'speakFile',
  'subscribe',
  'tap',
  'untap',
  'closeLink',
  '__proto__',
  '',
];
const FIELDS = [
  'id',
  'do',
  'stream',
  'lane',
  'message',
  'kind',
  'atMs',
  'links',
  'topics',
  'tap',
  'exMorph',
  'file',
  'durationMs',
  'version',
  'client',
  'resume',
];
const VALUES = [
  0,
  1,
  2,
  -1,
  1e300,
  '',
  'simulator',
  'A|1',
  'recorded',
  'live',
  null,
  true,
  [],
  {},
  ['messages'],
  { a: 1 },
  '\u0000',
  '\ud800',
  'x'.repeat(300),
];

await fuzz('frames from clients', clientFrames);
await fuzz('pieces from a peer', peerPieces);
const refused = await daemon.metrics.registry.getSingleMetricAsString('bridge_uncaught_errors_total');
if (!/ 0$/m.test(refused)) fail(new Error(refused));
console.log(isOk ? 'ok' : 'FAILED');
process.exit(isOk ? 0 : 1);

async function fuzz(what, run) {
  // What is loaded and compiled once is no growth.
  await run(Math.min(frames, 50_000));
  const before = heapMb();
  const startMs = performance.now();
  await run(frames);
  const growth = heapMb() - before;
  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `${what}: ${frames} in ${seconds.toFixed(1)} s, memory ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MB`,
  );
  if (growth > MAX_GROWTH_MB) isOk = false;
}

/** Bytes on a socket: framed, broken, cut anywhere; each connection ends at the first break, as the daemon's do. */
async function clientFrames(count) {
  let done = 0;
  while (done < count) {
    const [mine, theirs] = createMemoryChannels();
    daemon.serve(theirs, true);
    let isOpen = true;
    mine.events.on('closed', () => {
      isOpen = false;
    });
    if (random() < 0.9)
      mine.send({ kind: 'json', text: '{"id":1,"do":"hello","version":1,"client":"fuzz"}' });
    const decoder = new ControlFrameDecoder();
    for (let n = int(200); n >= 0 && isOpen && done < count; n--) {
      done++;
      const bytes = encodeControlFrame(anyFrame());
      if (random() < 0.02) bytes[int(Math.min(6, bytes.length))] = int(256);
      const cut = int(bytes.length);
      try {
        for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)])
          for (const frame of decoder.push(part)) mine.send(frame);
      } catch {
        break;
      }
      if (done % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    mine.close();
    for (const lane of daemon.registry.lanes) lane.interrupt();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function anyFrame() {
  if (random() < 0.3) return { kind: 'sound', bytes: anyBytes(12 + 2 * int(400)) };
  if (random() < 0.2) return { kind: 'json', text: anyBytes(int(60)).toString('latin1') };
  const request = { id: 1 + int(1e6), do: pick(REQUESTS) };
  for (let n = int(4); n > 0; n--) request[pick(FIELDS)] = pick(VALUES);
  return { kind: 'json', text: JSON.stringify(request) };
}

/** What a broken MMDAgent-EX might say to a lane of the daemon: lines without end, bytes that are no text, cut anywhere. */
async function peerPieces(count) {
  const { lanes } = daemon.registry;
  let connection = fakeConnection(0);
  lanes[0].attach(connection);
  for (let n = 0; n < count; n++) {
    const kind = random();
    const say = (bytes) => connection.events.emit('bytes', bytes);
    if (kind < 0.4) say(Buffer.from(`${pick(PEER_TYPES)}|${int(1000)}\n`));
    else if (kind < 0.7) say(anyBytes(int(100)));
    else if (kind < 0.9) say(Buffer.alloc(int(3000), 0x41));
    else say(Buffer.from('あ|い\n').subarray(int(4)));
    if (n % 10_000 === 0) {
      connection.events.emit('closed', { by: 'peer' });
      connection = fakeConnection(n + 1);
      lanes[0].attach(connection);
      await wait(0);
    }
  }
}

/** A connection that takes everything; what it says is up to the caller. */
function fakeConnection(id) {
  return {
    id,
    slot: 0,
    remoteAddress: 'fuzz',
    isOpen: true,
    unsentBytes: 0,
    events: new Emitter(),
    trySend: () => true,
    closePolitely: async () => {},
  };
}

function anyBytes(length) {
  return Buffer.from(Array.from({ length }, () => int(256)));
}

function heapMb() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

function fail(error) {
  isOk = false;
  console.error(error);
}
