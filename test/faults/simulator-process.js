// A simulated MMDAgent-EX in a process of its own, asked over IPC what it heard and whether anything harmed it.
//   node simulator-process.js '{"kind":"dial-ws","host":"127.0.0.1","port":20001,"path":"/chat"}'
import { SystemClock } from '../../dist/runtime/index.js';
import {
  SimulatedPeer,
  SimulatorTcpClient,
  SimulatorTcpServer,
  SimulatorWsClient,
} from '../../dist/simulator/index.js';

const end = JSON.parse(process.argv[2]);
const clock = new SystemClock();
const core = new SimulatedPeer({ clock, models: [{ alias: '0', loadMs: 100 }] });
const incidents = { deaths: [], wedges: [], violations: [] };
let heard = [];
let messages = 0;
core.events.on('died', (death) => incidents.deaths.push(death));
core.events.on('wedged', (wedge) => incidents.wedges.push(wedge));
core.events.on('violation', (violation) => incidents.violations.push(violation));
core.events.on('message', () => messages++);
core.events.on('played', (pcm) => heard.push(pcm.slice()));

process.on('message', ({ id, ask }) => {
  if (ask === 'clear') heard = [];
  process.send({
    id,
    answer: ask === 'heard' ? { heard: loud() } : { status: core.status, messages, ...incidents },
  });
});
process.on('disconnect', () => process.exit());
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {});

if (end.kind === 'listen') {
  await new SimulatorTcpServer({ core, host: end.host, port: end.port }).start();
} else {
  const Client = end.kind === 'dial-ws' ? SimulatorWsClient : SimulatorTcpClient;
  void new Client({ core, clock, ...end, retryCount: 1_000_000 }).run();
}
process.send({ id: 0, answer: 'ready' });

/** What was played without silence, as base64 of s16le. */
function loud() {
  const samples = heard.flatMap((block) => [...block].filter((sample) => sample !== 0));
  return Buffer.from(Int16Array.from(samples).buffer).toString('base64');
}
