// How many avatars one process can pace, beside the least a program could do and beside the documentation's sample.
//   node test/bench/scale.js [--counts 1,100,500,1000,2000] [--seconds 10] [--modes bridge,bare,sample] [--repeat 1]
// Needs `npm run build`; the sample needs python3. Of several repeats the best (by p99 at the sink) is told.
import { execFileSync, fork, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: '1,100,500,1000,2000' },
    seconds: { type: 'string', default: '10' },
    modes: { type: 'string', default: 'bridge,bare,sample' },
    repeat: { type: 'string', default: '1' },
  },
});
const counts = values.counts.split(',').map(Number);
const seconds = Number(values.seconds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const limit = openFiles();
console.log(`open files a process may have: ${limit}`);
for (const count of counts) {
  if (count + 100 > limit) {
    console.log(`${count} streams: left out, the limit of open files cannot be raised so far`);
    continue;
  }
  for (const mode of values.modes.split(',')) {
    const results = [];
    for (let n = 0; n < Number(values.repeat); n++) results.push(await measure(mode, count));
    show(results.filter((some) => some !== undefined).sort((a, b) => a.sink.late.p99 - b.sink.late.p99)[0]);
  }
}

async function measure(mode, count) {
  const sink = await child('scale-sink.js', []);
  try {
    return mode === 'sample' ? await sample(sink, count) : await sender(sink, mode, count);
  } finally {
    sink.process.kill('SIGKILL');
  }
}

async function sender(sink, mode, count) {
  const sending = await child('scale-sender.js', [mode, String(sink.first.port), String(count)]);
  try {
    await wait(2000);
    sink.process.send({ ask: 'begin' });
    sending.process.send({ ask: 'begin' });
    await wait(seconds * 1000);
    const [sent, arrived] = [sending.next(), sink.next()];
    sending.process.send({ ask: 'end' });
    sink.process.send({ ask: 'end' });
    const result = { mode, count, sink: await arrived, ...(await sent) };
    return { ...result, rssPerStream: (result.rss - sending.first.rssBefore) / count };
  } finally {
    sending.process.kill('SIGKILL');
  }
}

async function sample(sink, count) {
  const args = [here('sample-loop.py'), String(sink.first.port), String(count), String(seconds + 3)];
  const python = spawn('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  python.stdout.on('data', (data) => {
    output += data;
  });
  const failed = await new Promise((resolve) => {
    python.on('error', () => resolve(true));
    setTimeout(() => resolve(false), 2000);
  });
  if (failed) return undefined;
  sink.process.send({ ask: 'begin' });
  await wait(seconds * 1000);
  const arrived = sink.next();
  sink.process.send({ ask: 'end' });
  const result = { mode: 'sample', count, sink: await arrived };
  await new Promise((resolve) => {
    python.on('exit', resolve);
    // So busy that it does not look at the time.
    setTimeout(() => python.kill('SIGKILL'), 6000);
  });
  return { ...result, cpu: output === '' ? 100 : JSON.parse(output).cpu };
}

function show(result) {
  if (result === undefined) {
    console.log('sample: left out, no python3');
    return;
  }
  const { mode, count, sink, cpu, late, rssPerStream } = result;
  if (sink.streams === 0) {
    console.log(`${count} ${mode} | nothing arrived within ${seconds} s: its loop is blocked | CPU ${cpu} %`);
    return;
  }
  const line = ({ p50, p95, p99, max }) => `${p50} / ${p95} / ${p99} / ${max}`;
  const speed = sink.bytes / sink.streams / 32 / 1000 / seconds;
  console.log(
    [
      `${count} ${mode}`,
      `at the sink ${line(sink.late)} ms`,
      late === undefined ? '' : `at send ${line(late)} ms`,
      `CPU ${cpu} %`,
      rssPerStream === undefined ? '' : `${Math.round(rssPerStream / 1024)} KiB a stream`,
      `${speed.toFixed(3)} x real time`,
    ]
      .filter((part) => part !== '')
      .join(' | '),
  );
}

/** A process of ours with as many open files as it can have; `first` is what it says first. */
async function child(name, args) {
  const command = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';
  const made = fork(here(name), args, {
    execPath: 'bash',
    execArgv: ['-c', command, process.execPath],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const next = () => new Promise((resolve) => made.once('message', resolve));
  return { process: made, next, first: await next() };
}

function openFiles() {
  const command = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; ulimit -n';
  return Number(execFileSync('bash', ['-c', command], { encoding: 'utf8' })) || Number.POSITIVE_INFINITY;
}
