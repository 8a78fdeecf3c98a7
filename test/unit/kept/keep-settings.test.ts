import { describe, expect, it } from 'vitest';
import { readKeep } from '../../../src/kept/index.js';

describe('The section keep', () => {
  it.each([[undefined], [{}], [null]])('keeps nothing when it says nothing: %j', async (section) => {
    expect(await readKeep(section)).toEqual({
      store: 'none',
      folder: undefined,
      recordings: false,
      days: 30,
      maxSessions: 10_000,
      maxMb: 2000,
    });
  });

  it.each([[{ folder: '/x' }], [{ recordings: true }], [{ days: 7 }], [{ maxMb: 5 }]])(
    'keeps JSON lines when something asks for it: %j',
    async (section) => {
      expect((await readKeep(section)).store).toBe('jsonl');
    },
  );

  it('keeps nothing when only recordings are declined', async () => {
    expect((await readKeep({ recordings: false })).store).toBe('none');
  });

  it('may keep forever', async () => {
    expect((await readKeep({ store: 'sqlite', days: 'forever' })).days).toBe('forever');
  });

  it.each([
    [{ recording: true }, /keep\.recording: there is no such setting\. Did you mean recordings\?/],
    [{ store: 'postgres' }, /keep\.store: /],
    [{ days: 0 }, /keep\.days: expected a number of days above 0, or forever/],
    [{ days: -1, maxMb: 0 }, /keep\.days.*\nkeep\.maxMb/],
    [{ maxSessions: 1.5 }, /keep\.maxSessions/],
    [{ store: 'memory', recordings: true }, /keep\.recordings: expected a store on disk/],
    [{ store: 'none', recordings: true }, /keep\.recordings: expected a store on disk/],
    ['yes', /keep: /],
  ])('refuses %j', async (section, message) => {
    await expect(readKeep(section)).rejects.toThrow(message);
    await expect(readKeep(section)).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
  });
});
