import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import type { UtteranceSpan } from '../../../src/export/index.js';
import { parseCsv, parseTextGrid, parseXml } from '../../unit/export/parsers.js';
import { clock, dialIn, freePort, sound, startDaemon, untilReady, wait } from '../daemon/rig.js';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...argv: string[]): Promise<Ran> {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): PassThrough => {
    const through = new PassThrough();
    through.setEncoding('utf8').on('data', (data: string) => {
      text[name] += data;
    });
    return through;
  };
  const io = {
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
    drain: new AbortController().signal,
    quit: new AbortController().signal,
    isTerminal: false,
  };
  const code = await main(argv, io);
  return { code, ...text };
}

/** What the simulated MMDAgent-EX did, on the clock that the daemon has too. */
interface Truth {
  /** When each stretch of sound was heard first. */
  readonly soundsAtMs: number[];
  /** The mouth on each display frame. */
  readonly mouth: { readonly a: number; readonly atMs: number }[];
}

const UTTERANCE_MS = 600;
/** Simulator and daemon share one thread of a machine that may be busy; timing.test.ts looks closer, on a clock of its own. */
const SOUND_TOLERANCE_MS = 250;
const LIPS_TOLERANCE_MS = 250;

describe('A recorded session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-session-'));
  const truth: Truth = { soundsAtMs: [], mouth: [] };
  let session = '';
  let monotonicMs = 0;

  beforeAll(async () => {
    const port = await freePort();
    const recordings = join(folder, 'recordings');
    const daemon = await startDaemon({ links: [`tcp-listen://127.0.0.1:${port}`], record: recordings });
    const peer = dialIn(port);
    let silentSinceMs = 0;
    peer.peer.events.on('played', (pcm, atMs) => {
      const first = pcm.findIndex((sample) => sample !== 0);
      if (first < 0) {
        silentSinceMs = Math.max(silentSinceMs, 1);
        return;
      }
      if (truth.soundsAtMs.length === 0 || silentSinceMs > 0) truth.soundsAtMs.push(atMs + first / 16);
      silentSinceMs = 0;
    });
    peer.peer.events.on('mouth', ({ a }, atMs) => truth.mouth.push({ a, atMs }));
    const { client } = await daemon.client();
    const lane = (await client.request('status', {})).lanes[0]?.lane ?? '';
    await untilReady(client, lane);
    for (let n = 0; n < 2; n++) {
      const handle = await client.open({ kind: 'recorded', lane, lips: 'own' });
      await handle.tie({ atMs: 100, message: 'LIPSYNC_START|0|sil,200,a,200,sil,100' });
      await handle.write(sound(UTTERANCE_MS, n + 1));
      await handle.end();
      await handle.ended;
      await wait(700);
    }
    peer.close();
    await daemon.stop();
    session = join(recordings, readdirSync(recordings)[0] ?? '');
    monotonicMs = JSON.parse(
      readFileSync(join(session, 'messages.jsonl'), 'utf8').split('\n')[0] ?? '',
    ).monotonicMs;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const out = (name: string): string => join(folder, name);
  /** Times of the simulator as the session has them. */
  const since = (atMs: number): number => atMs - monotonicMs;
  const near = (values: readonly number[], truths: readonly number[], toleranceMs: number): void => {
    expect(values).toHaveLength(truths.length);
    for (const [index, value] of values.entries())
      expect(Math.abs(value - since(truths[index] ?? Number.NaN))).toBeLessThan(toleranceMs);
  };

  /** When the mouth was half open: between two phonemes it is neither. */
  const opensAtMs = (): number[] => {
    const half = Math.max(...truth.mouth.map(({ a }) => a)) / 2;
    return truth.mouth
      .filter(({ a }, index) => a >= half && (truth.mouth[index - 1]?.a ?? 0) < half)
      .map(({ atMs }) => atMs);
  };

  it('was heard and seen twice', () => {
    expect(truth.soundsAtMs).toHaveLength(2);
    expect(opensAtMs()).toHaveLength(2);
  });

  it('says in JSON lines when sound was heard and lips were seen', async () => {
    const { code, stderr } = await run('export', session, '--format', 'jsonl', '--out', out('s.jsonl'));
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 utterances')]);
    const lines = readFileSync(out('s.jsonl'), 'utf8').trimEnd().split('\n');
    const [about, ...items] = lines.map((line) => JSON.parse(line));
    expect(about).toMatchObject({ model: '0', damagedLines: 0, lostLines: 0 });
    const utterances: UtteranceSpan[] = items.filter(({ kind }) => kind === 'utterance');
    near(
      utterances.map(({ startMs }) => startMs),
      truth.soundsAtMs,
      SOUND_TOLERANCE_MS,
    );
    for (const { startMs, endMs, reason } of utterances) {
      expect(reason).toBe('completed');
      expect(endMs - startMs).toBeGreaterThan(UTTERANCE_MS - 5);
    }
    const open = items.filter(({ kind, phoneme }) => kind === 'lip' && phoneme === 'a');
    near(
      open.map(({ startMs }) => startMs),
      opensAtMs(),
      LIPS_TOLERANCE_MS,
    );
    for (const { eventStartMs, eventStopMs } of open) expect(eventStopMs - eventStartMs).toBeGreaterThan(450);
    const [received] = items.filter(
      ({ kind, text }) => kind === 'received' && text === 'LIPSYNC_EVENT_START|0',
    );
    expect(received.startMs).toBe(open[0].eventStartMs);
    const now = clock.nowMs();
    expect(
      Math.abs(Date.parse(received.startWallIso) - (Date.now() - (now - received.startMonotonicMs))),
    ).toBeLessThan(50);
  });

  it('says the same in CSV, on standard output', async () => {
    const { code, stdout } = await run('export', session, '--format', 'csv', '--out', '-');
    expect(code).toBe(0);
    const [header = [], ...rows] = parseCsv(stdout);
    const of = (tier: string): number[] =>
      rows.filter((row) => row[0] === tier).map((row) => Number(row[header.indexOf('start_ms')]));
    near(of('utterances'), truth.soundsAtMs, SOUND_TOLERANCE_MS);
  });

  it('writes a TextGrid and beside it the sound that fits it', async () => {
    expect(await run('export', session, '--format', 'textgrid', '--out', out('s.TextGrid'))).toMatchObject({
      code: 0,
    });
    const { xmax, tiers } = parseTextGrid(readFileSync(out('s.TextGrid'), 'utf8'));
    const said =
      tiers.find(({ name }) => name === 'utterances')?.entries.filter(({ text }) => text !== '') ?? [];
    near(
      said.map(({ from }) => from * 1000),
      truth.soundsAtMs,
      SOUND_TOLERANCE_MS,
    );
    const wav = readFileSync(out('s.wav'));
    expect((wav.byteLength - 44) / 32_000).toBeCloseTo(xmax, 6);
    // What was said stands where the tier says, sample by sample.
    for (const [index, { from }] of said.entries()) {
      const at = 44 + 2 * Math.round(from * 16_000);
      const expected = Buffer.from(sound(UTTERANCE_MS, index + 1));
      const around = wav.subarray(at - 64, at + expected.byteLength + 64);
      expect(Math.abs(around.indexOf(expected.subarray(0, 6400)) - 64)).toBeLessThanOrEqual(32);
    }
  });

  it('writes an EAF that names its sound', async () => {
    const ran = await run(
      'export',
      session,
      '--format',
      'eaf',
      '--out',
      out('e.eaf'),
      '--sound',
      out('other.wav'),
    );
    expect(ran.code).toBe(0);
    const document = parseXml(readFileSync(out('e.eaf'), 'utf8'));
    const [header] = document.children;
    expect(header?.children[0]?.attributes['RELATIVE_MEDIA_URL']).toBe('./other.wav');
    expect(readdirSync(folder)).not.toContain('e.wav');
    const tier = document.children.find(({ attributes }) => attributes['TIER_ID'] === 'utterances');
    expect(tier?.children).toHaveLength(2);
  });

  it('writes no sound where none is wanted', async () => {
    await run('export', session, '--format', 'textgrid', '--out', out('quiet.TextGrid'), '--no-sound');
    await run('export', session, '--format', 'csv', '--out', out('table.csv'));
    const names = readdirSync(folder);
    expect(names).toEqual(expect.arrayContaining(['quiet.TextGrid', 'table.csv']));
    expect(
      names.filter((name) => ['quiet.wav', 'table.wav'].includes(name) || name.endsWith('.part')),
    ).toEqual([]);
  });

  it('takes the folder of recordings while it holds one, and lists them when it holds several', async () => {
    const recordings = join(session, '..');
    expect(await run('export', recordings, '--format', 'jsonl')).toMatchObject({ code: 0 });
    const copy = join(folder, 'several');
    for (const name of ['a', 'b']) {
      cpSync(session, join(copy, name), { recursive: true });
    }
    const { code, stderr } = await run('export', copy, '--format', 'csv');
    expect(code).toBe(2);
    expect(stderr).toContain(`${join(copy, 'a')}\n`);
    expect(stderr).toContain(`${join(copy, 'b')}\n`);
    expect(await run('export', folder, '--format', 'csv')).toMatchObject({ code: 2 });
  });

  it('does not write over the recording', async () => {
    const before = readFileSync(join(session, 'sound.wav'));
    const own = join(session, 'sound.TextGrid');
    expect(await run('export', session, '--format', 'textgrid', '--out', own)).toMatchObject({ code: 2 });
    expect(readFileSync(join(session, 'sound.wav')).equals(before)).toBe(true);
  });

  it('does not put the sound in the place of a file that nobody named', async () => {
    writeFileSync(out('mine.wav'), 'precious');
    const args = [session, '--format', 'eaf', '--out', out('mine.eaf')];
    expect(await run('export', ...args)).toMatchObject({ code: 2 });
    expect(readFileSync(out('mine.wav'), 'utf8')).toBe('precious');
    expect(await run('export', ...args, '--sound', out('mine.wav'))).toMatchObject({ code: 0 });
    expect(readFileSync(out('mine.wav')).subarray(0, 4).toString()).toBe('RIFF');
  });

  it('says what a flag takes', async () => {
    const { code, stderr } = await run('export', session, '--format', 'xml');
    expect(code).toBe(2);
    expect(stderr).toMatch(/format.*xml.*csv.*textgrid.*eaf.*jsonl/);
  });

  it('tells of a cut last line, and refuses other damage without leaving a file', async () => {
    const text = readFileSync(join(session, 'messages.jsonl'), 'utf8');
    const damaged = join(folder, 'damaged');
    cpSync(session, damaged, { recursive: true });
    writeFileSync(join(damaged, 'messages.jsonl'), text.slice(0, -20));
    const cut = await run('export', damaged, '--format', 'csv', '--out', out('cut.csv'));
    expect([cut.code, cut.stderr]).toEqual([0, expect.stringContaining('cut off')]);
    writeFileSync(join(damaged, 'messages.jsonl'), text.replace('\n', '\n{"atMs"\n'));
    const bad = await run('export', damaged, '--format', 'csv', '--out', out('bad.csv'));
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('messages.jsonl, line 2')]);
    expect(readdirSync(folder).filter((name) => name.startsWith('bad'))).toEqual([]);
  });
});
