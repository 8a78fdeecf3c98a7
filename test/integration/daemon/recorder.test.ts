import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaneRecorders } from '../../../src/daemon/recorder.js';
import { FakeClock, type Logger, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { sound, wait } from './rig.js';

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

  it('keeps the sound and the lines, and where they stood', async () => {
    const clock = new FakeClock();
    const recorders = new LaneRecorders(directory, clock, logger);
    recorders.sound('lane', sound(20), 0);
    recorders.sent('lane', 'A|1');
    recorders.sound('lane', sound(20), 20);
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
    ]);
    expect(readFileSync(join(folderAt(clock), 'sound.wav')).length).toBe(44 + 2 * 640);
    expect(warnings).toEqual([]);
  });

  it('warns once and goes on when the folder cannot be made', async () => {
    writeFileSync(join(directory, 'file'), '');
    const recorders = new LaneRecorders(join(directory, 'file'), new FakeClock(), logger);
    for (let n = 0; n < 50; n++) recorders.sound('lane', sound(20), n * 20);
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
      recorders.sound('lane', sound(20), n * 20);
      recorders.sent('lane', `A|${n}`);
      await wait(1);
    }
    await recorders.close();
    expect(warnings).toHaveLength(1);
  });
});
