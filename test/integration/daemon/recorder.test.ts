import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaneRecorders } from '../../../src/daemon/recorder.js';
import { sessionLines } from '../../../src/export/index.js';
import { FakeClock, type Logger, RequestError, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { sound, until, wait } from './rig.js';

describe('LaneRecorders', () => {
  let directory: string;
  let warnings: string[];
  let logger: Logger;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-record-'));
    warnings = [];
    logger = { ...SILENT_LOGGER, warn: (_fields, text) => warnings.push(text) };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const folderAt = (clock: FakeClock): string =>
    join(directory, `${new Date(clock.wallMs()).toISOString().replace(/[:.]/g, '-')}-lane`);

  const linesOf = (clock: FakeClock): Record<string, unknown>[] =>
    readFileSync(join(folderAt(clock), 'messages.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('has whole files when closing resolves, also for the second who closes', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.watch('lane', 'mei');
    recorders.sound('lane', sound(2000), 0, 45);
    const first = recorders.close();
    await recorders.close();
    expect(linesOf(clock).at(-1)).toMatchObject({ kind: 'end', soundMs: 2000 });
    expect(readFileSync(join(folderAt(clock), 'sound.wav')).readUInt32LE(40)).toBe(64_000);
    await first;
  });

  it('begins with the version, the model and both clocks', async () => {
    const clock = new FakeClock(1234.5);
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.watch('lane', 'mei');
    recorders.sent('lane', 'A|1');
    await recorders.close();
    expect(readdirSync(directory)).toHaveLength(1);
    const [first] = readFileSync(
      join(directory, readdirSync(directory)[0] ?? '', 'messages.jsonl'),
      'utf8',
    ).split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      atMs: 0,
      kind: 'begin',
      version: 2,
      lane: 'lane',
      model: 'mei',
      wallMs: 1_700_000_001_234.5,
      monotonicMs: 1234.5,
    });
  });

  it('tells where sound is heard whenever it does not follow what was before', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    for (const heardAtMs of [45, 65, 85.2, 300, 320])
      recorders.sound('lane', sound(20), clock.nowMs(), heardAtMs);
    await recorders.close();
    expect(linesOf(clock).filter(({ kind }) => kind === 'sound')).toEqual([
      { atMs: 0, kind: 'sound', soundMs: 0, heardAtMs: 45 },
      { atMs: 0, kind: 'sound', soundMs: 60, heardAtMs: 300 },
    ]);
  });

  it('follows the wall clock when it is stepped, looking once a second', async () => {
    const start = new FakeClock();
    let stepMs = 0;
    const clock = new (class extends FakeClock {
      override wallMs(): number {
        return super.wallMs() + stepMs;
      }
    })();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.sent('lane', 'A|1');
    stepMs = 3;
    clock.advance(1500);
    recorders.sent('lane', 'A|2');
    stepMs = -60_000;
    clock.advance(900);
    recorders.sent('lane', 'A|3');
    clock.advance(200);
    recorders.sound('lane', sound(20), clock.nowMs(), clock.nowMs() + 45);
    clock.advance(5000);
    recorders.sent('lane', 'A|4');
    await recorders.close();
    expect(linesOf(start).filter(({ kind }) => kind === 'clock')).toEqual([
      { atMs: 2600, kind: 'clock', wallMs: 1_700_000_002_600 - 60_000 },
    ]);
  });

  it('keeps utterances and what the avatar could do', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.state('lane', 'disconnected');
    await wait(20);
    expect(readdirSync(directory)).toEqual([]);
    recorders.state('lane', 'ready');
    recorders.started('lane', { id: 3, model: 'mei', source: 'live' }, 45);
    clock.advance(500);
    recorders.ended('lane', 3, { reason: 'interrupted', heardMs: 455 }, 600);
    const error = new RequestError('BRIDGE_ERR_LINK_LOST', 'gone');
    recorders.ended('lane', 4, { reason: 'failed', heardMs: 0, error }, 500);
    recorders.state('lane', 'disconnected');
    await recorders.close();
    recorders.sent('lane', 'A|late');
    expect(linesOf(new FakeClock()).slice(1)).toEqual([
      { atMs: 0, kind: 'state', status: 'ready' },
      { atMs: 0, kind: 'started', utterance: 3, source: 'live', model: 'mei', heardAtMs: 45 },
      { atMs: 500, kind: 'ended', utterance: 3, reason: 'interrupted', heardMs: 455, heardToMs: 600 },
      {
        atMs: 500,
        kind: 'ended',
        utterance: 4,
        reason: 'failed',
        heardMs: 0,
        heardToMs: 500,
        error: 'BRIDGE_ERR_LINK_LOST',
      },
      { atMs: 500, kind: 'state', status: 'disconnected' },
      { atMs: 500, kind: 'end', soundMs: 0 },
    ]);
  });

  it('counts what does not fit while the files are not there yet, and goes on in step with sound.wav', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    // 2 MiB and 3000 lines in one turn: more than may wait.
    for (let n = 0; n < 3300; n++) recorders.sound('lane', sound(20), 0, n * 20);
    for (let n = 0; n < 3000; n++) recorders.sent('lane', `A|${n}`);
    const keptMs = Math.floor((1024 * 1024) / 640) * 20;
    const file = join(folderAt(clock), 'sound.wav');
    await until(() => existsSync(file) && statSync(file).size >= 44 + keptMs * 32);
    recorders.sound('lane', sound(20), 0, 66_000);
    await recorders.close();
    const lines = linesOf(clock);
    const lost = lines.find(({ kind }) => kind === 'lost');
    expect(lost).toMatchObject({ lostSoundMs: 3300 * 20 - keptMs });
    expect(lines.filter(({ kind }) => kind === 'sent').length).toBeLessThan(2001);
    expect(lines.filter(({ kind }) => kind === 'sound')).toMatchObject([
      { soundMs: 0 },
      { soundMs: keptMs, heardAtMs: 66_000 },
    ]);
    expect(lines.at(-1)).toMatchObject({ kind: 'end', soundMs: keptMs + 20 });
    expect(readFileSync(file).length).toBe(44 + (keptMs + 20) * 32);
    expect(warnings).toEqual([]);
  });

  it('writes what the exporter reads, line by line', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.state('lane', 'ready');
    recorders.sound('lane', sound(20), 0, 45);
    recorders.started('lane', { id: 1, model: '0', source: 'recorded' }, 45);
    recorders.sent('lane', 'A|"\n"');
    recorders.received('lane', 'B|2', false);
    recorders.received('lane', 'A|1', true);
    recorders.ended('lane', 1, { reason: 'completed', heardMs: 20 }, 65);
    await recorders.close();
    const read: unknown[] = [];
    for await (const line of sessionLines(join(folderAt(clock), 'messages.jsonl'))) read.push(line);
    expect(read).toEqual(linesOf(clock));
    expect(read).toHaveLength(9);
  });

  it('keeps the sound and the lines, and where they stood', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.sound('lane', sound(20), 0, 45);
    recorders.sent('lane', 'A|1');
    recorders.sound('lane', sound(20), 20, 65);
    recorders.received('lane', 'B|2', false);
    await wait(100);
    await recorders.close();
    const lines = readFileSync(join(folderAt(clock), 'messages.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'begin', lane: 'lane' },
      { kind: 'sound', soundMs: 0 },
      { kind: 'sent', soundMs: 20, text: 'A|1' },
      { kind: 'received', soundMs: 40, text: 'B|2' },
      { kind: 'end', soundMs: 40 },
    ]);
    expect(readFileSync(join(folderAt(clock), 'sound.wav')).length).toBe(44 + 2 * 640);
    expect(warnings).toEqual([]);
  });

  it('warns once and goes on when the folder cannot be made', async () => {
    writeFileSync(join(directory, 'file'), '');
    const recorders = new LaneRecorders(join(directory, 'file'), new FakeClock(), logger);
    for (let n = 0; n < 50; n++) recorders.sound('lane', sound(20), n * 20, n * 20 + 45);
    await wait(50);
    recorders.sent('lane', 'A|1');
    await recorders.close();
    expect(warnings).toHaveLength(1);
  });

  it.runIf(existsSync('/dev/full'))('warns once and goes on when the disk is full', async () => {
    const clock = new FakeClock();
    mkdirSync(folderAt(clock), { recursive: true });
    for (const name of ['sound.wav', 'messages.jsonl']) symlinkSync('/dev/full', join(folderAt(clock), name));
    const recorders = new LaneRecorders(directory, clock, logger);
    for (let n = 0; n < 100; n++) {
      recorders.sound('lane', sound(20), n * 20, n * 20 + 45);
      recorders.sent('lane', `A|${n}`);
      await wait(1);
    }
    await recorders.close();
    expect(warnings).toHaveLength(1);
  });
});
