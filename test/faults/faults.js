// The faults: each takes the rig and a seeded random, does its harm, and throws when the bridge let something through.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BridgeClient, openLocal } from '../../dist/client/index.js';
import { encodeControlFrame, encodeSoundPart } from '../../dist/control/index.js';
import { SystemClock } from '../../dist/runtime/index.js';
import { command, rawSocket } from './rig.js';

const clock = new SystemClock();
const json = (value) =>
  encodeControlFrame({ kind: 'json', text: typeof value === 'string' ? value : JSON.stringify(value) });
const sound = (stream, offset, pcm) =>
  encodeControlFrame({ kind: 'sound', bytes: encodeSoundPart({ stream, offset, pcm }) });
const hello = (more = {}) => json({ id: 1, do: 'hello', version: 1, client: 'fault', ...more });

/** What `send` must refuse: each of these would crash, wedge or end an MMDAgent-EX, or forge another message. */
const REFUSED_TEXTS = [
  '',
  ' ',
  '|',
  '|X',
  'A\nB|1',
  'A|1\n',
  '\nA|1',
  'A|1\r\nB|2',
  'A|\u0000',
  'A\u0000|1',
  'SNDSTRM',
  'SND0640',
  'SND0004abcd',
  'SNDFOO|BARBAZ',
  'SNDBRKS',
  '__AV_START',
  '__AV_END',
  '__AV_SETMODEL,none',
  '__AV_MESSAGE,A|b',
  'PLUGIN_DISABLE|Remote',
  'PLUGIN_DISABLE|remote',
  `A|${'x'.repeat(1900)}`,
  `A|${'あ'.repeat(700)}`,
  `A|${'x'.repeat(8000)}`,
  'A|\ud800',
  '\udfff|A',
  'A|\u0085\u0001',
];

const BAD_REQUESTS = [
  { do: 'explode' },
  { do: '__proto__' },
  { do: 'constructor' },
  { do: 'toString' },
  { do: 'hello', version: 1, client: 'again' },
  { do: 'status', extra: 1 },
  { do: 'send' },
  { do: 'send', message: 5 },
  { do: 'send', message: ['A|1'] },
  { do: 'send', message: 'A|1', timeoutMs: -1 },
  { do: 'send', message: 'A|1', lane: 'no-such-lane' },
  { do: 'open' },
  { do: 'open', kind: 'sideways' },
  { do: 'open', kind: 'recorded', leadMs: 1e9 },
  { do: 'open', kind: 'recorded', model: '' },
  { do: 'open', kind: 'recorded', lane: '../../etc' },
  { do: 'end', stream: 0 },
  { do: 'end', stream: -1 },
  { do: 'end', stream: 1.5 },
  { do: 'interrupt', lane: 'nobody' },
  { do: 'tie', stream: 4_000_000, atMs: 0, message: 'A|1' },
  { do: 'tie', stream: 1, atMs: -5, message: 'A|1' },
  { do: 'tie', stream: 1, atMs: 1, exMorph: { a: 9 } },
  { do: 'subscribe', topics: ['everything'] },
  { do: 'subscribe', topics: 'messages' },
  { do: 'tap', lane: 'nobody' },
  { do: 'untap', tap: 'x' },
  { do: 'speakFile', file: 'a|b.wav', durationMs: 100 },
  { do: 'speakFile', file: 'a\nb.wav', durationMs: 100 },
  { do: 'speakFile', file: 'a.wav', durationMs: 99_999_999 },
  { do: 'speakFile', file: 'a.wav', durationMs: 100, temporaryFile: '/etc/passwd' },
  { do: 'ensureLinks', links: ['gopher:1'] },
  { do: 'ensureLinks', links: ['ws-listen://127.0.0.1:99999/x'] },
  { do: 'ensureLinks', links: [''] },
  { do: 'ensureLinks', links: ['stdio:'] },
  { do: 'ensureLinks', links: 'simulator:' },
  { do: 'closeLink', link: 'nobody' },
  { do: 'closeLink' },
];

export const FAULTS = [
  { name: 'random bytes', weight: 8, run: randomBytes },
  { name: 'broken frame', weight: 8, run: brokenFrame },
  { name: 'wrong JSON', weight: 8, run: wrongJson },
  { name: 'no hello', weight: 5, run: noHello },
  { name: 'hello of another version', weight: 5, run: otherVersion },
  { name: 'bad requests', weight: 8, run: badRequests },
  { name: 'request flood', weight: 3, run: flood },
  { name: 'sound out of order', weight: 6, run: soundOutOfOrder },
  { name: 'vanishing client', weight: 8, run: vanish },
  { name: 'slow reader', weight: 3, run: slowReader },
  { name: 'refused text', weight: 8, run: refusedText },
  { name: 'false resume', weight: 4, run: falseResume },
  { name: 'bad ties', weight: 5, run: badTies },
  { name: 'stop without force', weight: 3, run: stopUnforced },
  { name: 'link taken', weight: 3, run: linkTaken },
  { name: 'many at once', weight: 3, run: manyAtOnce },
  { name: 'play killed', weight: 4, run: playKilled, isSlow: true },
  { name: 'bad sound file', weight: 3, run: badSoundFile, isSlow: true },
  { name: 'bad settings', weight: 3, run: badSettings, isSlow: true },
  { name: 'refused text by command', weight: 2, run: refusedByCommand, isSlow: true },
  { name: 'second daemon', weight: 1, run: secondDaemon, isSlow: true },
  { name: 'daemon killed beside', weight: 1, run: staleSocket, isSlow: true },
  { name: 'app restarted', weight: 1, run: appKilled, isSlow: true },
  { name: 'monitor not read', weight: 1, run: monitorKilled, isSlow: true },
];

async function randomBytes(rig, random) {
  const socket = await rawSocket(rig);
  if (random() < 0.5) socket.write(hello());
  for (let n = 1 + int(random, 6); n > 0; n--) {
    socket.write(bytes(random, 1 + int(random, 4000)));
    await wait(int(random, 5));
  }
  leave(socket, random);
}

async function brokenFrame(rig, random) {
  const socket = await rawSocket(rig);
  if (random() < 0.7) socket.write(hello());
  const frame = pick(random, [
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x4a]),
    Buffer.from([0, 0, 0, 0, 0x4a]),
    Buffer.from([0, 4, 0, 2, 0x4a]),
    Buffer.from([0, 0, 0, 3, 0x58, 1, 2]),
    Buffer.from([0, 0, 0, 4, 0x4a, 0xff, 0xfe, 0x80]),
    Buffer.from([0, 0, 0, 2, 0x53, 1]),
    Buffer.from([0, 0, 0, 14, 0x53, ...Array(13).fill(0x7f)]),
    Buffer.concat([Buffer.from([0, 3, 0xff, 0xff, 0x53]), bytes(random, 0x3fffe)]),
    json({ id: 2, do: 'status' }).subarray(0, 1 + int(random, 20)),
  ]);
  for (let at = 0; at < frame.length && at < 40; at++) socket.write(frame.subarray(at, at + 1));
  socket.write(frame.subarray(40));
  await wait(int(random, 20));
  leave(socket, random);
}

async function wrongJson(rig, random) {
  const socket = await rawSocket(rig);
  if (random() < 0.8) socket.write(hello());
  const texts = [
    '',
    'null',
    '[]',
    '7',
    '"text"',
    '{',
    '{"id":1}',
    '{"do":"status"}',
    '{"id":"1","do":"status"}',
    '{"id":-4,"do":"status"}',
    '{"id":1e300,"do":"status"}',
    '{"id":2,"do":7}',
    '{"id":2,"do":{"toString":1}}',
    '{"id":3,"do":"status","__proto__":{"x":1}}',
    '['.repeat(50_000),
    `{"id":4,"do":"send","message":"${'x'.repeat(200_000)}"}`,
    `{"id":5,"do":"${'y'.repeat(100_000)}"}`,
  ];
  for (let n = 1 + int(random, 8); n > 0; n--) socket.write(json(pick(random, texts)));
  await wait(int(random, 20));
  leave(socket, random);
}

async function noHello(rig, random) {
  const socket = await rawSocket(rig);
  socket.write(
    pick(random, [
      json({ id: 1, do: 'status' }),
      sound(1, 0, bytes(random, 640)),
      json({ id: 1, do: 'stop', force: true }),
    ]),
  );
  await wait(int(random, 30));
  leave(socket, random);
}

async function otherVersion(rig, random) {
  const socket = await rawSocket(rig);
  const answers = collect(socket);
  const version = pick(random, [0, 2, 99, -1, '1', null, 1.5]);
  socket.write(
    hello({ version, client: `mmdagent-bridge ${int(random, 9)}.${int(random, 9)}.0`, novelty: true }),
  );
  await until(() => /BRIDGE_ERR_CONTROL/.test(answers.text), 'a refusal of another version');
  leave(socket, random);
}

async function badRequests(rig, random) {
  const client = await BridgeClient.connect({ open: () => openLocal(rig.socketPath), client: 'bad', clock });
  for (let n = 1 + int(random, 5); n > 0; n--) {
    const { do: name, ...params } = pick(random, BAD_REQUESTS);
    if (name === 'end' && params.stream > 0) continue;
    await refused(client.request(name, params), `${name} ${JSON.stringify(params)}`);
  }
  client.close();
}

async function flood(rig, random) {
  const socket = await rawSocket(rig);
  socket.write(hello());
  for (let id = 2; id < 1200; id++) socket.write(json({ id, do: random() < 0.5 ? 'status' : 'metrics' }));
  await wait(int(random, 50));
  leave(socket, random);
}

async function soundOutOfOrder(rig, random) {
  const client = await BridgeClient.connect({
    open: () => openLocal(rig.socketPath),
    client: 'disorder',
    clock,
    reconnectMs: 0,
  });
  const { stream } = await client.request('open', {
    lane: rig.lane,
    kind: random() < 0.7 ? 'recorded' : 'live',
  });
  const socket = await rawSocket(rig);
  socket.write(hello());
  const part = bytes(random, 640);
  for (const offset of [640, 1e15, -640, Number.NaN, 3]) socket.write(sound(stream, offset, part));
  socket.write(sound(stream + 5, 0, part));
  socket.write(sound(stream, 0, part.subarray(0, 639)));
  for (let n = 0; n < 200; n++) socket.write(sound(stream, n * 60_000, bytes(random, 60_000)));
  await wait(int(random, 30));
  leave(socket, random);
  if (random() < 0.5) await client.request('interrupt', { stream });
  client.close();
}

async function vanish(rig, random) {
  const client = await BridgeClient.connect({
    open: () => openLocal(rig.socketPath),
    client: 'vanishing',
    clock,
    reconnectMs: 0,
  });
  for (let n = int(random, 4); n >= 0; n--) {
    const handle = await client.open({
      lane: rig.lane,
      kind: random() < 0.8 ? 'recorded' : 'live',
      ifBusy: pick(random, ['queue', 'interrupt', undefined]),
      mode: pick(random, ['stream', 'file']),
      lips: pick(random, ['peer', 'own']),
    });
    void handle.write(bytes(random, 2 * int(random, 20_000)));
    if (random() < 0.3) void handle.end().catch(() => {});
  }
  await wait(int(random, 60));
  client.close();
}

async function slowReader(rig, random) {
  const socket = await rawSocket(rig);
  socket.write(hello());
  socket.write(json({ id: 2, do: 'subscribe', topics: ['messages', 'lanes', 'links', 'streams'] }));
  socket.write(json({ id: 3, do: 'tap', lane: rig.lane }));
  await wait(10);
  socket.pause();
  for (let id = 4; id < 100 + int(random, 300); id++) socket.write(json({ id, do: 'metrics' }));
  // Left standing: somebody else's faults go on beside it.
  setTimeout(() => socket.destroy(), 1000 + int(random, 8000)).unref();
}

async function refusedText(rig, random) {
  const text = pick(random, REFUSED_TEXTS);
  await refused(
    rig.client.request('send', { lane: rig.lane, message: text }),
    `send ${JSON.stringify(text).slice(0, 60)}`,
  );
}

async function falseResume(rig, random) {
  const socket = await rawSocket(rig);
  const session = pick(random, [
    rig.client.welcome.session.slice(0, -1),
    '',
    '__proto__',
    'x'.repeat(100),
    'x'.repeat(5000),
  ]);
  socket.write(hello({ resume: { session, seq: pick(random, [0, 1e9, -1, 1.5]) } }));
  socket.write(json({ id: 2, do: 'status' }));
  await wait(int(random, 20));
  leave(socket, random);
}

async function badTies(rig, random) {
  const client = await BridgeClient.connect({ open: () => openLocal(rig.socketPath), client: 'ties', clock });
  const handle = await client.open({ lane: rig.lane, kind: 'recorded' });
  for (const message of REFUSED_TEXTS)
    await refused(handle.tie({ atMs: int(random, 1000), message }), `tie ${message.slice(0, 40)}`);
  for (const exMorph of [{ 'a,b': 1 }, { 'x\n': 1 }, { '|': 0.5 }, { ['k'.repeat(99)]: 2 }]) {
    await refused(handle.tie({ atMs: 0, exMorph }), `tie ${JSON.stringify(exMorph).slice(0, 40)}`);
  }
  for (let n = 0; n < 40; n++)
    void handle.tie({ atMs: int(random, 90_000), message: `FAULT_TIE|${n}` }).catch(() => {});
  await handle.write(bytes(random, 6400));
  if (random() < 0.5) await handle.interrupt();
  client.close();
}

async function stopUnforced(rig) {
  if (rig.isMemory) return;
  await refused(rig.client.request('stop', {}), 'stop');
  await refused(rig.client.request('closeLink', { link: rig.lane }), 'closeLink');
}

async function linkTaken(rig, random) {
  const [kind] = rig.url.split(':');
  if (kind === 'simulator') return;
  const other =
    kind === 'tcp-listen' ? `ws-listen://127.0.0.1:${rig.port}/x` : `tcp-listen://127.0.0.1:${rig.port}`;
  const link = pick(random, [`${rig.lane}=tcp://127.0.0.1:1`, `again=${other}`]);
  await refused(rig.client.request('ensureLinks', { links: [link] }), link);
}

async function manyAtOnce(rig, random) {
  const sockets = await Promise.all(Array.from({ length: 60 }, () => rawSocket(rig)));
  for (const socket of sockets) socket.write(random() < 0.7 ? hello() : bytes(random, 200));
  await wait(int(random, 30));
  for (const socket of sockets) leave(socket, random);
}

async function playKilled(rig, random) {
  const { child, ended } = command(rig, ['play', 'good.wav', 'good.wav']);
  await wait(300 + int(random, 1500));
  if (random() < 0.3) {
    child.kill('SIGSTOP');
    await wait(int(random, 800));
  }
  child.kill('SIGKILL');
  await ended;
}

async function badSoundFile(rig, random) {
  const names = [
    'short.wav',
    'empty.wav',
    'text.wav',
    'noise.mp3',
    'zero-rate.wav',
    'header-only.wav',
    'folder.wav',
    'missing.wav',
  ];
  await failing(rig, ['play', pick(random, names)], [1]);
}

async function badSettings(rig, random) {
  const args = pick(random, [
    ['--config', 'broken.yaml'],
    ['--config', 'unknown.json'],
    ['--config', 'wrong.json'],
    ['--config', 'missing.yaml'],
    ['--lead-ms', '80x'],
    ['--lead-ms', '-1'],
    ['--no-such-flag'],
    ['--link', 'gopher:7'],
    ['--lane', 'nobody'],
  ]);
  await failing(rig, ['play', 'good.wav', ...args], [2]);
}

async function refusedByCommand(rig, random) {
  const texts = REFUSED_TEXTS.filter(
    (text) => text.length < 3000 && !text.includes('\u0000') && !/[\ud800-\udfff]/.test(text),
  );
  const text = pick(
    random,
    texts.filter((some) => some.trim() !== ''),
  );
  const { code, output } = await command(rig, ['send', text]).ended;
  if (code !== 2) throw new Error(`send ${JSON.stringify(text)}: expected exit 2, got ${code}: ${output}`);
}

async function secondDaemon(rig) {
  await failing(rig, ['daemon', 'start', '--foreground'], [1]);
  if (!rig.isMemory && !rig.url.startsWith('tcp://'))
    await failing(rig, ['daemon', 'start', '--foreground', '--daemon', 'beside', '--link', rig.url], [1]);
}

/** A daemon of another name dies, and its socket is left: the next one takes its place. */
async function staleSocket(rig, random) {
  const name = `stale-${int(random, 1e9)}`;
  const args = ['daemon', 'start', '--foreground', '--daemon', name, '--link', 'simulator:'];
  const path = join(rig.socketPath, '..', `${name}.sock`);
  for (let n = 0; n < 2; n++) {
    const { child, ended } = command(rig, args);
    await until(async () => {
      const channel = await openLocal(path).catch(() => undefined);
      channel?.close();
      return channel !== undefined;
    }, 'a daemon beside');
    child.kill('SIGKILL');
    await ended;
  }
}

async function appKilled(rig, random) {
  const { child, ended } = command(rig, ['start', '--no-open', '--page-port', '0', '--link', rig.url]);
  await wait(500 + int(random, 1500));
  child.kill('SIGKILL');
  await ended;
}

async function monitorKilled(rig, random) {
  const { child, ended } = command(rig, ['monitor', '--json']);
  child.stdout.pause();
  await wait(500 + int(random, 800));
  child.kill(random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
  child.stdout.resume();
  await Promise.race([ended, wait(3000)]);
  child.kill('SIGKILL');
  await ended;
}

async function failing(rig, args, codes) {
  const { child, ended } = command(rig, args);
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const { code, output } = await ended;
  clearTimeout(timer);
  if (!codes.includes(code) || /Unexpected error|\n {4}at /.test(output))
    throw new Error(`${args.join(' ')}: expected exit ${codes}, got ${code}: ${output}`);
}

async function refused(promise, what) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (error === undefined) throw new Error(`${what} was taken`);
  if (error.code === undefined || error.code === 'BRIDGE_ERR_STATE')
    throw new Error(`${what}: ${error.stack}`);
}

function collect(socket) {
  const answers = { text: '' };
  socket.on('data', (data) => {
    answers.text = (answers.text + data.toString('latin1')).slice(-10_000);
  });
  return answers;
}

async function until(isTrue, what) {
  for (let tries = 0; tries < 400; tries++) {
    if (await isTrue()) return;
    await wait(25);
  }
  throw new Error(`Expected ${what} within 10 s`);
}

function leave(socket, random) {
  if (random() < 0.5) socket.destroy();
  else if (random() < 0.8) socket.end();
  // The rest stays half open until the end of the run.
  else setTimeout(() => socket.destroy(), 5000).unref();
}

export function int(random, below) {
  return Math.floor(random() * below);
}

export function pick(random, list) {
  return list[int(random, list.length)];
}

export function bytes(random, length) {
  return Buffer.from(Array.from({ length }, () => int(random, 256)));
}
