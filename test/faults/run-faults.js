// Throws seeded faults at a daemon, and checks again and again that neither it nor MMDAgent-EX noticed.
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom } from '../../dist/runtime/index.js';
import { FAULTS, int } from './faults.js';
import { pcmOf, startRig, stopRig } from './rig.js';

const CHECK_EVERY = 50;
const MAX_AT_ONCE = 6;
/** An interruption ends sound anywhere, also inside one of the blocks that MMDAgent-EX plays whole: no harm. */
const CUT_BLOCK = 'partial-block';

/**
 * @param options - seed, count, link (ws, tcp, tcp-listen, memory), url (a real MMDAgent-EX's link instead), isQuick (no
 *   faults that start processes), onProgress.
 * @returns A report; `isOk` says whether everything held.
 */
export async function runFaults(options) {
  const { seed, count, onProgress = () => {} } = options;
  const random = seededRandom(seed);
  const faults = FAULTS.filter(({ isSlow }) => !isSlow || !options.isQuick);
  const startedMs = performance.now();
  const rig = await startRig(options);
  const report = { link: options.url ?? options.link, seed, count, byFault: {}, checks: 0, failures: [] };
  try {
    await check(rig, report, random);
    const rssBefore = await residentBytes(rig);
    for (let done = 0; done < count && report.failures.length < 20; ) {
      const batch = Array.from({ length: Math.min(1 + int(random, MAX_AT_ONCE), count - done) }, () =>
        weighted(faults, random),
      );
      // Each has chance of its own, so that what they do does not depend on which is quicker.
      const seeds = batch.map(() => seededRandom(int(random, 2 ** 31)));
      await Promise.all(batch.map((fault, index) => one(rig, fault, seeds[index], report)));
      const before = done;
      done += batch.length;
      if (Math.floor(before / CHECK_EVERY) !== Math.floor(done / CHECK_EVERY)) {
        await check(rig, report, random);
        const rss = mb(await residentBytes(rig));
        onProgress(
          `${done} faults, ${report.checks} checks, ${report.failures.length} failures, daemon ${rss} MB`,
        );
      }
    }
    await check(rig, report, random);
    const status = await rig.client.request('status', {});
    report.daemon = {
      // Of a real MMDAgent-EX it is left running: they would end together.
      pid: rig.daemon.pid,
      rssBeforeMb: mb(rssBefore),
      rssAfterMb: mb(await residentBytes(rig)),
      clients: status.clients,
    };
    const peer = await rig.simulator?.ask('report');
    if (peer !== undefined) {
      const { deaths, wedges, violations } = peer;
      report.simulator = { deaths: deaths.length, wedges: wedges.length, violations: rulesOf(violations) };
    }
  } catch (error) {
    report.failures.push({ fault: 'run', error: error.stack, daemonLog: rig.daemonLog.slice(-2000) });
  } finally {
    await stopRig(rig);
  }
  report.seconds = Math.round((performance.now() - startedMs) / 1000);
  report.isOk = report.failures.length === 0;
  return report;
}

async function one(rig, fault, random, report) {
  report.byFault[fault.name] = (report.byFault[fault.name] ?? 0) + 1;
  try {
    await fault.run(rig, random);
  } catch (error) {
    report.failures.push({ fault: fault.name, error: error.message });
  }
}

/** Plays a short sound and looks at everything that must be as before. */
async function check(rig, report, random) {
  report.checks++;
  const expect = (isTrue, what) => {
    if (!isTrue) report.failures.push({ fault: 'check', error: what, daemonLog: rig.daemonLog.slice(-1000) });
  };
  if (rig.daemonExit !== undefined) throw new Error(`The daemon ended: ${rig.daemonExit}`);
  const status = await silence(rig);
  const lane = status.lanes.find((some) => some.lane === rig.lane);
  expect(
    lane?.connections === rig.connections,
    `connections: ${rig.connections} became ${lane?.connections}`,
  );
  expect(lane?.state === 'ready', `the lane is ${lane?.state}`);
  if (!rig.isExternal) await listen(rig, random, expect);
  const { text } = await rig.client.request('metrics', {});
  const uncaught = Number(/^bridge_uncaught_errors_total (\d+)/m.exec(text)?.[1]);
  expect(uncaught === 0, `${uncaught} errors that nobody handled`);
  const peer = await rig.simulator?.ask('report');
  if (peer === undefined) return;
  expect(peer.status === 'running', `the simulator is ${peer.status}`);
  for (const kind of ['deaths', 'wedges', 'violations']) {
    const harm = peer[kind].filter(({ rule }) => rule !== CUT_BLOCK);
    expect(harm.length === 0, `${kind}: ${JSON.stringify(harm.slice(0, 3))}`);
  }
}

async function silence(rig) {
  await rig.client.request('interrupt', { lane: rig.lane });
  for (let tries = 0; tries < 300; tries++) {
    const status = await rig.client.request('status', {});
    const lane = status.lanes.find((some) => some.lane === rig.lane);
    if (lane !== undefined && !lane.isSpeaking && lane.bufferedMs === 0) {
      await wait(100);
      return status;
    }
    if (lane?.isSpeaking) await rig.client.request('interrupt', { lane: rig.lane });
    await wait(20);
  }
  throw new Error('The avatar does not fall silent');
}

async function listen(rig, random, expect) {
  const samples = Int16Array.from({ length: 16 * (200 + int(random, 300)) }, () => 1 + int(random, 20_000));
  const heard = await listenTo(rig);
  const handle = await rig.client.open({ lane: rig.lane, kind: 'recorded', readyTimeoutMs: 10_000 });
  await handle.write(pcmOf(samples));
  await handle.end();
  const end = await handle.ended;
  expect(end.reason === 'completed', `the sound ended as ${end.reason}: ${end.error?.message}`);
  await wait(200);
  const got = await heard();
  expect(got.equals(pcmOf(samples)), `${samples.length} samples sent, ${got.length / 2} heard, or others`);
}

/** Returns what was heard since, without silence. */
async function listenTo(rig) {
  if (rig.simulator !== undefined) {
    await rig.simulator.ask('clear');
    return async () => Buffer.from((await rig.simulator.ask('heard')).heard, 'base64');
  }
  const blocks = [];
  const off = rig.client.events.on('tapSound', ({ pcm }) => blocks.push(Buffer.from(pcm)));
  const { tap } = await rig.client.request('tap', { lane: rig.lane });
  return async () => {
    off();
    await rig.client.request('untap', { tap });
    const all = Buffer.concat(blocks);
    const samples = new Int16Array(all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength));
    return pcmOf(samples.filter((sample) => sample !== 0));
  };
}

async function residentBytes(rig) {
  const { text } = await rig.client.request('metrics', {});
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
}

function rulesOf(incidents) {
  const counts = {};
  for (const { rule } of incidents) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

function weighted(faults, random) {
  let left = random() * faults.reduce((sum, { weight }) => sum + weight, 0);
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return faults[0];
}

function mb(count) {
  return Math.round(count / 1e5) / 10;
}
