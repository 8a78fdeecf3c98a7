// The processes that faults are thrown at: a daemon and, unless a real MMDAgent-EX is meant, a simulator.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BridgeClient, openLocal } from '../../dist/client/index.js';
import { SystemClock } from '../../dist/runtime/index.js';

export const BIN = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const SIMULATOR = fileURLToPath(new URL('./simulator-process.js', import.meta.url));
/** Blocks of 1024 bytes a file of the daemon may have: its recordings meet a full disk soon. */
const FILE_LIMIT_BLOCKS = 256;
const clock = new SystemClock();

/** @param options - link: ws, tcp, tcp-listen or memory; url: of a real MMDAgent-EX's link, instead of all that. */
export async function startRig(options) {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-faults-'));
  const runtimeDir = join(directory, 'run');
  mkdirSync(runtimeDir, { mode: 0o700 });
  const port = await freePort();
  const { url, end } = options.url === undefined ? linkOf(options.link, port) : { url: options.url };
  const env = { ...process.env, XDG_RUNTIME_DIR: runtimeDir, BRIDGE_RESUME_MS: '1500' };
  const rig = {
    directory,
    env,
    url,
    port,
    isMemory: options.link === 'memory' && options.url === undefined,
    isExternal: options.url !== undefined,
    socketPath: join(runtimeDir, 'mmdagent-bridge', 'daemon.sock'),
    children: new Set(),
    sockets: new Set(),
    daemonExit: undefined,
    daemonLog: '',
  };
  try {
    if (end !== undefined && end.kind === 'listen') rig.simulator = await startSimulator(end);
    await startDaemon(rig);
    if (end !== undefined && end.kind !== 'listen') rig.simulator = await startSimulator(end);
    rig.client = await BridgeClient.connect({
      open: () => openLocal(rig.socketPath),
      client: 'faults',
      clock,
    });
    const lane = await untilReady(rig, options.url === undefined ? 20_000 : 120_000);
    rig.lane = lane.lane;
    rig.connections = lane.connections;
    writeFiles(rig);
    return rig;
  } catch (error) {
    await stopRig(rig);
    throw new Error(`${error.message}\n${rig.daemonLog}`);
  }
}

export async function stopRig(rig) {
  for (const socket of rig.sockets) socket.destroy();
  for (const child of rig.children) child.kill('SIGKILL');
  rig.client?.close();
  rig.simulator?.stop();
  if (rig.daemon !== undefined && rig.daemonExit === undefined) {
    // A real MMDAgent-EX outlives the run only with its daemon.
    if (rig.isExternal) rig.daemon.unref();
    else {
      rig.daemon.kill('SIGKILL');
      await rig.daemonEnded;
    }
  }
  if (!rig.isExternal) rmSync(rig.directory, { recursive: true, force: true });
}

async function startDaemon(rig) {
  const record = join(rig.directory, 'recordings');
  const command = `ulimit -f ${FILE_LIMIT_BLOCKS}; exec "$0" "$@"`;
  const args = [BIN, 'daemon', 'start', '--foreground', '--link', rig.url, '--record', record];
  rig.daemon = spawn('bash', ['-c', command, process.execPath, ...args], {
    env: rig.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: rig.isExternal,
  });
  rig.daemon.stderr.on('data', (data) => {
    rig.daemonLog = (rig.daemonLog + data).slice(-20_000);
  });
  rig.daemonEnded = new Promise((resolve) => {
    rig.daemon.on('exit', (code, signal) => {
      rig.daemonExit = signal ?? code;
      resolve();
    });
  });
  for (let tries = 0; tries < 200 && rig.daemonExit === undefined; tries++) {
    const channel = await openLocal(rig.socketPath).catch(() => undefined);
    channel?.close();
    if (channel !== undefined) return;
    await wait(50);
  }
  throw new Error('The daemon did not start');
}

async function startSimulator(end) {
  const child = spawn(process.execPath, [SIMULATOR, JSON.stringify(end)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map();
  let lastId = 0;
  let exit;
  const answer = (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ready = answer(0);
  child.on('message', (message) => {
    waiting.get(message.id)?.resolve(message.answer);
    waiting.delete(message.id);
  });
  child.on('exit', (code, signal) => {
    exit = signal ?? code;
    for (const { reject } of waiting.values()) reject(new Error('The simulator ended'));
  });
  await ready;
  return {
    ask: (ask) => {
      if (exit !== undefined) return Promise.reject(new Error('The simulator ended'));
      const id = ++lastId;
      child.send({ id, ask });
      return answer(id);
    },
    stop: () => child.kill('SIGKILL'),
  };
}

function linkOf(kind, port) {
  const host = '127.0.0.1';
  switch (kind) {
    case 'ws':
      return { url: `ws-listen://${host}:${port}/chat`, end: { kind: 'dial-ws', host, port, path: '/chat' } };
    case 'tcp':
      return { url: `tcp://${host}:${port}`, end: { kind: 'listen', host, port } };
    case 'tcp-listen':
      return { url: `tcp-listen://${host}:${port}`, end: { kind: 'dial-tcp', host, port } };
    case 'memory':
      return { url: 'simulator:' };
    default:
      throw new Error(`--link: expected ws, tcp, tcp-listen or memory, got ${kind}`);
  }
}

async function untilReady(rig, limitMs) {
  for (const untilMs = clock.nowMs() + limitMs; clock.nowMs() < untilMs; await wait(50)) {
    const { lanes } = await rig.client.request('status', {});
    const lane = lanes.find(({ state }) => state === 'ready');
    if (lane !== undefined) return lane;
  }
  throw new Error('No avatar became ready');
}

/** Sound files good and bad, and settings that are none. */
function writeFiles(rig) {
  const file = (name, content) => writeFileSync(join(rig.directory, name), content);
  const good = wav(pcmOf(Int16Array.from({ length: 48_000 }, (_, n) => 1 + ((n * 7919) % 9000))));
  file('good.wav', good);
  file('short.wav', good.subarray(0, 30));
  file('cut.wav', good.subarray(0, 20_000));
  file('empty.wav', '');
  file('text.wav', 'This is no sound.\n'.repeat(100));
  file('noise.mp3', Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919 * 31) % 256)));
  file('zero-rate.wav', Buffer.concat([good.subarray(0, 24), Buffer.alloc(8), good.subarray(32)]));
  file('header-only.wav', good.subarray(0, 44));
  file('broken.yaml', 'links: [unclosed\n\tlead-ms: {');
  file('unknown.json', '{"noSuchSetting": 1}');
  file('wrong.json', '{"leadMs": "soon"}');
  mkdirSync(join(rig.directory, 'folder.wav'));
}

export function pcmOf(samples) {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

function wav(pcm) {
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

/** A command of the bridge; `ended` resolves to its code, or signal, and what it said. */
export function command(rig, args, input) {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: rig.env,
    cwd: rig.directory,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  rig.children.add(child);
  let output = '';
  const add = (data) => {
    output = (output + data).slice(-4000);
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      rig.children.delete(child);
      resolve({ code: signal ?? code, output });
    });
  });
  return { child, ended };
}

/** A bare socket to the daemon that reads until told otherwise. */
export async function rawSocket(rig) {
  const socket = connect(rig.socketPath);
  rig.sockets.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => rig.sockets.delete(socket));
  await new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', resolve);
  });
  socket.resume();
  return socket;
}

/** Below what systems give to outgoing connections, so that none of those takes it meanwhile. */
function freePort(tries = 20) {
  return new Promise((resolve, reject) => {
    const port = 20_000 + Math.floor(Math.random() * 9000);
    const server = createServer();
    server.on('error', (error) => (tries > 0 ? resolve(freePort(tries - 1)) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}
