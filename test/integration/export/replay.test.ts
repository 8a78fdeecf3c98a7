import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openSession,
  type SessionLine,
  sessionLines,
  type UtteranceSpan,
} from '../../../src/export/index.js';
import { collect } from '../../unit/export/rig.js';
import { type CliRig, cliRig, wav } from '../cli/rig.js';

/** Says again what was recorded, as the command does, and looks at what a second recording has of it. */
describe('replay', () => {
  let rig: CliRig;
  let original: string;
  beforeAll(async () => {
    rig = cliRig();
    rig.file('one.wav', wav(300));
    rig.file('two.wav', wav(200));
    rig.file('ties.txt', '100 REPLAY|a\n');
    await rig.run('daemon', 'start', '--link', 'simulator:', '--record', 'first');
    await rig.run('play', 'one.wav', '--timed', 'ties.txt');
    await rig.run('play', 'two.wav');
    await rig.run('daemon', 'stop', '--force');
    original = only('first');
  });
  afterAll(() => rig.close());

  const only = (folder: string): string => {
    const names = readdirSync(join(rig.directory, folder));
    expect(names).toHaveLength(1);
    return join(rig.directory, folder, names[0] ?? '');
  };
  const soundOf = (folder: string): number[] => {
    const bytes = readFileSync(join(folder, 'sound.wav')).subarray(44);
    return Array.from({ length: bytes.length / 2 }, (_, n) => bytes.readInt16LE(2 * n)).filter(
      (one) => one !== 0,
    );
  };
  const linesOf = (folder: string): Promise<SessionLine[]> =>
    collect(sessionLines(join(folder, 'messages.jsonl')));

  async function replayed(folder: string, name: string): Promise<string> {
    await rig.run('daemon', 'start', '--link', 'simulator:', '--record', name, '--daemon', name);
    const { code, stdout, stderr } = await rig.run('replay', folder, '--daemon', name, '--json');
    expect([code, stderr]).toEqual([0, expect.anything()]);
    expect(JSON.parse(stdout)).toMatchObject({ lane: 'simulator', utterances: 2 });
    await rig.run('daemon', 'stop', '--force', '--daemon', name);
    return only(name);
  }

  async function expectSame(folder: string): Promise<void> {
    expect(soundOf(folder)).toEqual(soundOf(original));
    const tied = (lines: readonly SessionLine[]): SessionLine[] =>
      lines.filter((line) => line.kind === 'sent' && line.text === 'REPLAY|a');
    expect(tied(await linesOf(folder))).toHaveLength(1);
    const apart = async (of: string): Promise<number> => {
      const session = await openSession(of);
      const [first, second, third] = (await collect(session.items({ kind: 'utterance' }))) as UtteranceSpan[];
      expect(third).toBeUndefined();
      return (second?.startMs ?? Number.NaN) - (first?.startMs ?? Number.NaN);
    };
    const laterMs = (await apart(folder)) - (await apart(original));
    // Sooner is wrong; a busy machine opens the second late.
    expect(laterMs).toBeGreaterThan(-100);
    expect(laterMs).toBeLessThan(2000);
  }

  it('says a recording again at the same distances, with its messages', async () => {
    await expectSame(await replayed(original, 'second'));
  });

  it('says recordings of version 1 again', async () => {
    const old = join(rig.directory, 'old');
    mkdirSync(old);
    writeFileSync(join(old, 'sound.wav'), readFileSync(join(original, 'sound.wav')));
    const lines = (await linesOf(original)).flatMap((line): object[] => {
      if (line.kind === 'begin') return [{ atMs: 0, kind: 'begin', lane: line.lane, wallMs: line.wallMs }];
      if (line.kind === 'sound') return [{ atMs: line.atMs, kind: 'sound', soundMs: line.soundMs }];
      return line.kind === 'sent' || line.kind === 'received' ? [line] : [];
    });
    writeFileSync(join(old, 'messages.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await expectSame(await replayed(old, 'third'));
  });

  it('refuses what is no recording', async () => {
    const { code, stderr } = await rig.run(
      'replay',
      rig.directory,
      '--link',
      'simulator:',
      '--daemon',
      'none',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('BRIDGE_ERR_SESSION')]);
  });
});
