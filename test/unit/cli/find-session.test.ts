import { describe, expect, it } from 'vitest';
import { digitsToTell, findSession, isSessionName } from '../../../src/cli/find-session.js';
import { openKept, readKeep } from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { turnRecord } from '../../support/kept/records.js';

const FIRST = '0123456789abcdef'.repeat(2);
const SECOND = `0123456789ff${'0'.repeat(20)}`;
const THIRD = 'f'.repeat(32);

async function keptWith(...ids: readonly string[]) {
  const left = [...ids];
  const settings = await readKeep({ store: 'memory' });
  const kept = await openKept(settings, { clock: new FakeClock(), newId: () => left.shift() ?? '' });
  for (const id of ids) {
    const session = kept.begin({ user: id.slice(0, 12) });
    session.append(turnRecord(1));
    await session.end();
  }
  return kept;
}

describe('Finding a session', () => {
  it('takes a whole id, and the beginning of one that no other has, in any case', async () => {
    const kept = await keptWith(FIRST, SECOND, THIRD);
    expect((await findSession(kept, FIRST)).id).toBe(FIRST);
    expect((await findSession(kept, ' 0123456789FF ')).id).toBe(SECOND);
    expect((await findSession(kept, 'ffff')).id).toBe(THIRD);
    await kept.close();
  });

  it('names those that a beginning fits, so that they can be told apart', async () => {
    const kept = await keptWith(FIRST, SECOND, THIRD);
    const error = await findSession(kept, '01234567').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_KEPT' });
    expect(String(error)).toContain('0123456789a,');
    expect(String(error)).toContain('0123456789f.');
    expect(String(error)).not.toContain('ffffffff');
    await kept.close();
  });

  it.each(['0123456789ac', 'dead', '0'.repeat(32)])('says that none is called %s', async (given) => {
    const kept = await keptWith(FIRST);
    await expect(findSession(kept, given)).rejects.toMatchObject({ code: 'BRIDGE_ERR_KEPT' });
    await kept.close();
  });

  it.each(['', '012', 'xyz0', '../../etc', `${FIRST}0`])('takes "%s" for no id', async (given) => {
    const kept = await keptWith(FIRST);
    expect(isSessionName(given)).toBe(false);
    await expect(findSession(kept, given)).rejects.toMatchObject({ code: 'BRIDGE_ERR_USAGE' });
    await kept.close();
  });
});

describe('Digits of ids', () => {
  it('are 8, and as many more as tell each from all others', () => {
    expect(digitsToTell([])).toBe(8);
    expect(digitsToTell([FIRST, THIRD])).toBe(8);
    expect(digitsToTell([THIRD, SECOND, FIRST])).toBe(11);
  });
});
