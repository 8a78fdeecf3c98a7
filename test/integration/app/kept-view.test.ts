import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptView } from '../../../src/app/kept-view.js';
import { openKept, readKeep } from '../../../src/kept/index.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';

describe('KeptView', () => {
  let folder: string;
  const clock = new FakeClock();
  const viewOf = (section: unknown): KeptView =>
    new KeptView({ section, stateFolder: folder, platform: process.platform, clock, logger: SILENT_LOGGER });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kept-view-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function keep(): Promise<string> {
    const settings = await readKeep({
      store: 'jsonl',
      folder: join(folder, 'conversations'),
      recordings: true,
    });
    const kept = await openKept(settings, { clock, sweeps: false });
    const session = kept.begin({ user: 'Ann' });
    session.append({
      ...{ turn: 1, by: 'typed', startedAtMs: 5, user: 'hi', reply: '[face:joy]Hello.', heard: 'Hello.' },
      outcome: 'completed',
      trace: { firstToken: 10, ended: 50 },
    });
    session.sound(1, 'avatar', new Uint8Array(640));
    session.soundEnded(1);
    await session.end();
    await kept.close();
    return session.id;
  }

  it('lists and reads what is kept, and gives sounds by id', async () => {
    const id = await keep();
    const view = viewOf({ store: 'jsonl', recordings: true });
    const list = await view.list(10);
    expect(list).toMatchObject({ store: 'jsonl', isOff: false });
    expect(list.sessions).toMatchObject([{ id, user: 'Ann', turns: 1 }]);
    const read = await view.read(id);
    expect(read?.records).toMatchObject([{ user: 'hi', heard: 'Hello.', trace: { firstToken: 10 } }]);
    expect(read?.recordings).toEqual([{ turn: 1, side: 'avatar' }]);
    expect(JSON.stringify(read)).not.toContain(folder);
    const sound = await view.sound(id, 1, 'avatar');
    expect(sound?.bytes).toBe(684);
    expect(sound === undefined ? '' : (await buffer(sound.open(0, 3))).toString()).toBe('RIFF');
    await view.close();
  });

  it('gives nothing for what no list told', async () => {
    const id = await keep();
    const view = viewOf({ store: 'jsonl' });
    for (const wrong of ['', '..', '../../etc/passwd', `${id}/..`, 'f'.repeat(32)]) {
      expect(await view.read(wrong)).toBeUndefined();
      expect(await view.sound(wrong, 1, 'avatar')).toBeUndefined();
    }
    expect(await view.sound(id, 2, 'avatar')).toBeUndefined();
    expect(await view.sound(id, 1, 'user')).toBeUndefined();
    await view.close();
  });

  it('shows what is there from before where nothing is kept now, and writes nothing', async () => {
    const id = await keep();
    const view = viewOf(undefined);
    expect(await view.list(10)).toMatchObject({ store: 'none', isOff: true, sessions: [{ id }] });
    await view.close();
  });

  it('opens nothing before somebody looks, and makes no folder by looking', async () => {
    const view = viewOf(undefined);
    expect((await view.list(10)).sessions).toEqual([]);
    await view.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
