// The server under many clients: AIAvatarKit's WebSocket protocol, every session streaming a microphone in base64 frames of 16 ms.
//   node test/bench/server.js [--sessions 200] [--in-turn 20] [--seconds 60] [--parts memory,one,many,ramp] [--check]
//     [--cores 0,1 | any] [--port 0] [--step 50] [--max 500] [--profile FILE] [--snapshot FILE]
// Needs `npm run build`; Linux with taskset, two cores. The server is the command `serve --foreground` (server-process.js: daemon, pages and
// protocols in one process) alone on one core. On the other: this process with the clients (server-load.js) and the engines behind HTTP
// (server-engines.js; recognition 150 ms, a model 30 ms a letter, synthesis 100 ms): the server does what it does with engines that are
// elsewhere, requests, event streams and sound included, and no more.
//
// First audio: from the end of the question (typed: sent; spoken: the last audible 10 ms, by the clock of the microphone) to the first
// chunk with sound at the client. Both ends are taken by this process: what the load is late counts against the server, and is told.
// Memory: held = heap and buffers behind the collector, RSS as the system counts it; against what the same server took before, warmed up.
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { at, Bars, wait } from './conversation-rig.js';
import { engineSettings, openEngines } from './server-engines.js';
import { Client, converse, Microphones } from './server-load.js';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    'in-turn': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    parts: { type: 'string', default: 'memory,one,many,ramp' },
    cores: { type: 'string', default: '0,1' },
    port: { type: 'string', default: '0' },
    step: { type: 'string', default: '50' },
    max: { type: 'string', default: '500' },
    profile: { type: 'string' },
    snapshot: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const SESSIONS = Number(values.sessions);
const IN_TURN = Number(values['in-turn']);
const SECONDS = Number(values.seconds);
const MOST = Number(values.max);
const PARTS = values.parts.split(',');
const [serverCore, loadCore] = values.cores === 'any' ? ['any', 'any'] : values.cores.split(',');
const KIB = 1024;
const BAR_MS = 100;
const BAR_KIB = 250;
/** Idle microphones on one core, measured: 64 s of sound in 0.43 s. */
const AIAVATARKIT = 150;

const bars = new Bars();
if (loadCore !== 'any')
  execFileSync('taskset', ['-a', '-c', '-p', loadCore, String(process.pid)], { stdio: 'ignore' });
const engines = await openEngines();
const server = await startServer();
const microphones = new Microphones();
try {
  await warmUp();
  let clients = [];
  if (PARTS.includes('memory')) clients = await measureMemory();
  const one = PARTS.includes('one') ? await measureOne() : undefined;
  if (clients.length < SESSIONS && (PARTS.includes('many') || PARTS.includes('ramp'))) {
    clients = await open(SESSIONS);
    microphones.add(clients);
  }
  if (PARTS.includes('many')) await measureMany(clients, one);
  if (PARTS.includes('ramp')) await ramp(clients);
} finally {
  microphones.stop();
  await server.stop();
  engines.close();
}
bars.end(values.check);
process.exit();

async function startServer() {
  const directory = mkdtempSync(join(tmpdir(), 'server-'));
  const config = join(directory, 'settings.json');
  const most = MOST + SESSIONS + 10;
  const limits = { maxSessions: most, maxPerCaller: { operator: most } };
  writeFileSync(config, JSON.stringify({ ...engineSettings(engines.port), serve: { sessions: limits } }));
  const child = fork(
    fileURLToPath(new URL('server-process.js', import.meta.url)),
    [
      serverCore,
      'serve',
      '--foreground',
      '--json',
      '--config',
      config,
      '--page-port',
      values.port,
      '--link',
      'ws-listen://127.0.0.1:0/chat',
      '--log-level',
      'warn',
    ],
    {
      execArgv: ['--expose-gc', ...(process.env.BENCH_NODE ?? '').split(' ').filter(Boolean)],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        BENCH_KEY: 'none',
        XDG_RUNTIME_DIR: directory,
        XDG_CONFIG_HOME: directory,
        XDG_STATE_HOME: directory,
        XDG_CACHE_HOME: directory,
      },
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (data) => {
      printed = (printed + data).slice(-10_000);
      const [answer] = /^\{.*\}$/m.exec(printed) ?? [];
      if (answer !== undefined) resolve(JSON.parse(answer).url);
      if (process.env.BENCH_NODE) process.stderr.write(data);
    });
    void ended.then((code) => reject(new Error(`The server ended with ${code}`)));
  });
  const waiting = new Map();
  child.on('message', ({ id, ...answer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let count = 0;
  return {
    url: `${url.replace('http', 'ws').replace(/\/$/, '')}/ws`,
    ask: (what, parameters = {}) =>
      new Promise((resolve) => {
        waiting.set(++count, resolve);
        child.send({ id: count, do: what, ...parameters });
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await Promise.race([ended, wait(5000).then(() => child.kill('SIGKILL'))]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is loaded with the first turns, and compiled by them, belongs to nobody's session. */
async function warmUp() {
  const clients = await open(4, 900);
  microphones.add(clients);
  await wait(1500);
  const turns = await converse(clients, { inTurn: 4, seconds: 6 });
  isolation(clients, turns);
  for (const client of clients) client.close();
  microphones.remove(clients);
  await wait(500);
}

async function open(count, from = 0) {
  const clients = [];
  for (let at = 0; at < count; at++) {
    const client = new Client(from + at, server.url);
    await client.open();
    clients.push(client);
  }
  return clients;
}

async function measureMemory() {
  const { memory: before } = await server.ask('collect');
  const stage = async (name) => {
    const { memory: now } = await server.ask('collect');
    const kib = (what) => (now[what] - before[what]) / SESSIONS / KIB;
    const text = `${name}: ${kib('held').toFixed(0)} KiB a session (heap ${kib('heapUsed').toFixed(0)}), RSS ${kib('rss').toFixed(0)}`;
    bars.hold(Math.max(kib('held'), kib('rss')) <= BAR_KIB, `${text}, ≤ ${BAR_KIB} KiB`);
  };
  const clients = await open(SESSIONS);
  await stage('open, without a microphone');
  microphones.add(clients);
  await wait(Math.max(10, SECONDS / 3) * 1000);
  await stage('open, streaming a quiet microphone');
  if (values.snapshot !== undefined) await server.ask('snapshot', { path: values.snapshot });
  await converse(clients, { inTurn: IN_TURN, seconds: Math.max(10, SECONDS / 3) });
  await wait(3000);
  await stage('the same, behind some turns');
  return clients;
}

/** A session alone. */
async function measureOne() {
  microphones.pause(true);
  const clients = await open(1, 901);
  const alone = new Microphones();
  alone.add(clients);
  await wait(2500);
  const usage = await usageOf(() => converse(clients, { inTurn: 1, seconds: SECONDS }));
  alone.stop();
  isolation(clients, usage.result);
  report('1 session', usage);
  for (const client of clients) client.close();
  microphones.pause(false);
  return usage.result;
}

async function measureMany(clients, one) {
  await wait(2500);
  await server.ask('state');
  if (values.profile !== undefined) await server.ask('profile', { on: true });
  microphones.lateMs = 0;
  const usage = await usageOf(() => converse(clients, { inTurn: IN_TURN, seconds: SECONDS }));
  if (values.profile !== undefined) {
    const { hot } = await server.ask('profile', { on: false, path: values.profile });
    for (const [name, share] of hot) console.log(`       ${(share * 100).toFixed(1).padStart(5)} % ${name}`);
  }
  report(`${clients.length} sessions, ${IN_TURN} in a turn`, usage);
  isolation(clients, usage.result);
  if (one === undefined) return;
  for (const by of ['typed', 'voice']) {
    const [alone, many] = [one, usage.result].map((turns) => at(latencies(turns, by), 0.95));
    const more = many - alone;
    bars.hold(
      more <= BAR_MS,
      `${by}: first audio p95 ${more.toFixed(0)} ms behind that of one session, ≤ ${BAR_MS} ms`,
    );
  }
}

async function usageOf(run) {
  const before = await server.ask('state');
  const result = await run();
  const after = await server.ask('state');
  const [user, system] = ['user', 'system'].map(
    (what) => (after.cpu[what] - before.cpu[what]) / 10 / (after.atMs - before.atMs),
  );
  return {
    result,
    cpuPercent: user + system,
    systemPercent: system,
    delayMs: after.delayMs,
    memory: after.memory,
  };
}

function latencies(turns, by) {
  return turns.filter((turn) => turn.by === by && !turn.lost).map(({ endMs, firstMs }) => firstMs - endMs);
}

function report(name, { result: turns, cpuPercent, systemPercent, delayMs, memory }) {
  bars.tell(
    `${name}: server ${cpuPercent.toFixed(0)} % of its core (${systemPercent.toFixed(0)} in the kernel), event loop late p50 ${delayMs.p50.toFixed(1)}, p99 ${delayMs.p99.toFixed(1)}, max ${delayMs.max.toFixed(0)} ms, RSS ${(memory.rss / KIB / KIB).toFixed(0)} MiB; load late at most ${microphones.lateMs.toFixed(0)} ms`,
  );
  for (const by of ['typed', 'voice']) {
    const list = latencies(turns, by);
    if (list.length > 0)
      bars.tell(
        `  ${by}: first audio p50 ${at(list, 0.5).toFixed(0)}, p95 ${at(list, 0.95).toFixed(0)}, max ${at(list, 1).toFixed(0)} ms (${list.length})`,
      );
  }
}

function isolation(clients, turns) {
  if (turns.length === 0) return;
  const problems = clients.flatMap((client) =>
    client.problems.splice(0).map((text) => `${client.id}: ${text}`),
  );
  const lost = turns.filter((turn) => turn.lost);
  const replies = clients.reduce((sum, client) => sum + client.replies, 0);
  const { mixed, unmarked } = engines.counts;
  bars.hold(
    problems.length === 0 && lost.length === 0 && mixed === 0 && unmarked === 0 && replies > 0,
    `${turns.length} turns of ${clients.length} sessions: ${lost.length} without a reply; words and voice of nobody else in ${replies} pieces, nor in what engines were given (${mixed} mixed, ${unmarked} of nobody); ${problems.length} problems`,
  );
  for (const problem of [...new Set(problems)].slice(0, 10)) bars.tell(`    ${problem}`);
  for (const { by, number } of lost.slice(0, 10)) bars.tell(`    no reply: ${by} of ${number}`);
}

/** Idle microphones, more and more of them. */
async function ramp(first) {
  const clients = [...first];
  let borne = 0;
  for (;;) {
    await wait(2000);
    const { cpuPercent, delayMs } = await usageOf(() => wait(5000));
    const isBorne = delayMs.p99 <= 50 && cpuPercent <= 95;
    bars.tell(
      `${clients.length} idle microphones: ${cpuPercent.toFixed(0)} % of a core, event loop late p99 ${delayMs.p99.toFixed(1)} ms${isBorne ? '' : ': too many'}`,
    );
    if (!isBorne) break;
    borne = clients.length;
    if (clients.length >= MOST) break;
    const more = await open(Math.min(Number(values.step), MOST - clients.length), clients.length);
    clients.push(...more);
    microphones.add(more);
  }
  bars.hold(
    borne > AIAVATARKIT,
    `${borne}${borne >= MOST ? ' and more' : ''} idle microphones on one core (AIAvatarKit, level alone: ${AIAVATARKIT})`,
  );
}
