import { describe, expect, it } from 'vitest';
import { askTurn } from '../../../src/aiavatar/ask-turn.js';
import type { TurnNews } from '../../../src/aiavatar/follow-turn.js';
import { FakeClock, RequestError } from '../../../src/runtime/index.js';
import { FakeSessions } from '../../support/aiavatar/fake-sessions.js';
import { CALLER, settled } from './socket-rig.js';

function rig({ canShow = true } = {}) {
  const clock = new FakeClock();
  const session = new FakeSessions().open({
    caller: CALLER,
    name: 's',
    by: 'aiavatar',
    voice: { to: 'nobody' },
  });
  const told: TurnNews[] = [];
  const leave = new AbortController();
  let isOver = false;
  const over = askTurn(
    { text: 'x' },
    { session, signal: leave.signal, tell: (news) => told.push(news), clock: canShow ? clock : undefined },
  ).finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  return {
    clock,
    session,
    told,
    leave,
    over,
    isOver: () => isOver,
    kinds: () => told.map(({ kind }) => kind),
  };
}

const LOOK = { id: 'p1', source: 'camera', turn: 1 };

describe('following a turn', () => {
  it('tells what came before the turn was known, and nothing of another', async () => {
    const { session, over, kinds } = rig();
    session.events.emit('piece', { ...PIECE, turn: 9 });
    await settled();
    session.piece(1, { raw: 'a' });
    session.events.emit('piece', { ...PIECE, turn: 2 });
    session.finish(1, 'a');
    await over;
    expect(kinds()).toEqual(['turn', 'piece', 'given']);
    expect(session.events.listenerCount('piece')).toBe(0);
  });

  it('waits for the words in front of a picture, each for a while, then ends with it', async () => {
    const { clock, session, over, isOver, kinds } = rig();
    await settled();
    session.events.emit('vision', LOOK);
    clock.advance(299);
    session.piece(1, { raw: 'a' });
    clock.advance(299);
    expect(kinds()).toEqual(['turn', 'piece']);
    clock.advance(1);
    await over;
    expect([kinds(), isOver(), clock.pendingCount]).toEqual([['turn', 'piece', 'vision'], true, 0]);
  });

  it('asks for the picture after two seconds, however many words still come', async () => {
    const { clock, session, over, kinds } = rig();
    await settled();
    session.events.emit('vision', LOOK);
    for (let word = 0; word < 20; word++) {
      clock.advance(100);
      if (!kinds().includes('vision')) session.piece(1, { raw: 'a' });
    }
    await over;
    expect(kinds().at(-1)).toBe('vision');
    expect(kinds().length).toBeLessThanOrEqual(21);
  });

  it('goes on where the picture is not waited for any more, and where the turn ended meanwhile', async () => {
    const looked = rig();
    await settled();
    looked.session.events.emit('vision', LOOK);
    looked.session.events.emit('looked', 'p1');
    looked.clock.advance(5000);
    expect(looked.kinds()).toEqual(['turn']);
    looked.session.finish(1, 'a');
    await looked.over;
    const ended = rig();
    await settled();
    ended.session.events.emit('vision', LOOK);
    ended.session.end(1, { outcome: 'interrupted' });
    await ended.over;
    expect([ended.kinds(), ended.clock.pendingCount]).toEqual([['turn', 'ended'], 0]);
  });

  it('tells nothing of a picture to who could not show one', async () => {
    const { clock, session, kinds } = rig({ canShow: false });
    await settled();
    session.events.emit('vision', LOOK);
    clock.advance(5000);
    expect(kinds()).toEqual(['turn']);
  });

  it('cancels the turn of who leaves, also while it begins, and lets go', async () => {
    const early = rig();
    early.leave.abort();
    await early.over;
    expect(early.session.cancelled).toEqual([1]);
    const late = rig();
    await settled();
    late.session.events.emit('vision', LOOK);
    late.leave.abort();
    await late.over;
    expect([late.session.cancelled, late.clock.pendingCount]).toEqual([[1], 0]);
    expect(late.session.events.listenerCount('ended')).toBe(0);
  });

  it('rejects as the session does, before anything was told', async () => {
    const { session, over, told } = rig();
    session.refusal = new RequestError('BRIDGE_ERR_TURN_REFUSED', 'no');
    await expect(over).rejects.toThrow('no');
    expect([told, session.events.listenerCount('piece')]).toEqual([[], 0]);
  });
});

const PIECE = {
  index: 0,
  raw: 'other',
  text: 'other',
  cues: [],
  language: undefined,
  span: undefined,
  pcm: undefined,
};
