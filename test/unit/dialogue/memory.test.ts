import { describe, expect, it } from 'vitest';
import { LOCAL_USER, type RememberedTurn } from '../../../src/tools/index.js';
import { talk } from '../../support/dialogue/talk.js';

async function remembered(user: string | undefined): Promise<readonly RememberedTurn[]> {
  const turns: RememberedTurn[] = [];
  const memory = { remember: (turn: RememberedTurn) => void turns.push(turn) };
  const t = talk({ ports: { memory, session: 'a1b2', user } });
  t.model.answer = () => 'はい。';
  t.conversation.ask({ text: 'いる？', by: 'typed' });
  await t.pass(10_000);
  await t.end();
  return turns;
}

describe('Long-term memory of a conversation', () => {
  it('is of its user', async () => {
    expect(await remembered('taro')).toEqual([
      { user: 'taro', session: 'a1b2', userText: 'いる？', reply: 'はい。' },
    ]);
  });

  it('is, without one, of the user at this machine, for whom it is searched and forgotten', async () => {
    expect((await remembered(undefined)).map(({ user }) => user)).toEqual([LOCAL_USER]);
  });
});
