import { beforeEach, describe, expect, it } from 'vitest';
import type { TalkHooks } from '../../../src/app/talk.js';
import { NO_TALK } from '../../../src/app/talk.js';
import { Talks } from '../../../src/app/talks.js';
import type { Chat } from '../../../src/chat/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import { Reader } from './page-chat.js';

interface Opened {
  readonly lane: string | undefined;
  readonly hooks: TalkHooks;
  /** Ends the turn under way. */
  finish: () => void;
  begun: boolean;
  turns: number;
  readonly calls: string[];
}

/** Opens chats whose turns end when they are told to. */
class FakeChats {
  readonly opened: Opened[] = [];
  refusal: Error | undefined;

  readonly open = async (lane: string | undefined, hooks: TalkHooks): Promise<Chat> => {
    if (this.refusal !== undefined) throw this.refusal;
    const one: Opened = { lane, hooks, finish: () => {}, begun: false, turns: 0, calls: [] };
    this.opened.push(one);
    const conversation = {
      events: new Emitter<{ turn: [unknown] }>(),
      turn: undefined as unknown,
      ask: () => {
        one.begun = true;
        one.turns++;
        const ended = new Promise((resolve) => {
          one.finish = () => {
            conversation.turn = undefined;
            resolve({ turn: one.turns, outcome: 'completed', heard: '', trace: {} });
          };
        });
        conversation.turn = { turn: one.turns, by: 'typed', events: new Emitter(), ended };
        conversation.events.emit('turn', conversation.turn);
        return conversation.turn;
      },
      messages: () => [{ turn: 1, role: 'user', by: 'typed', text: lane ?? 'any', outcome: 'completed' }],
      interrupt: () => one.finish(),
    };
    return {
      conversation,
      parts: { model: 'm', isDemonstration: false },
      face: { events: new Emitter() },
      forget: async () => void one.calls.push('forget'),
      close: async () => void one.calls.push('close'),
    } as unknown as Chat;
  };
}

const QUESTION = { text: 'Hi', image: undefined };
const ANY = { lane: undefined };

describe('Talks', () => {
  let clock: FakeClock;
  let chats: FakeChats;
  let talks: Talks;
  beforeEach(() => {
    clock = new FakeClock();
    chats = new FakeChats();
    talks = new Talks({ clock, open: chats.open, max: 3, idleMs: 1000 });
  });
  const begin = (session: string, lane?: string): Promise<void> =>
    talks.ask({ session, lane }, QUESTION, () => true);
  /** Until so many turns are under way or over; what a talk loads when it opens takes its time. */
  const underWay = (count: number): Promise<unknown> =>
    expect
      .poll(() => chats.opened.filter(({ begun }) => begun).length, { interval: 1, timeout: 10_000 })
      .toBe(count);
  const whole = async (session: string, lane?: string): Promise<void> => {
    const before = chats.opened.length;
    const done = begin(session, lane);
    await underWay(before + 1);
    chats.opened[before]?.finish();
    await done;
  };

  it('are one for each session and avatar', async () => {
    await whole('a');
    await whole('a', 'left');
    await whole('b');
    expect(chats.opened.map(({ lane }) => lane)).toEqual([undefined, 'left', undefined]);
    expect(talks.said({ session: 'a', lane: 'left' })).toMatchObject([{ text: 'left' }]);
    expect(talks.said({ session: 'b', lane: 'left' })).toEqual([]);
    expect([talks.knows('a'), talks.knows('c')]).toEqual([true, false]);
    await talks.close();
  });

  it('end when nothing happened in them for their time, and not before', async () => {
    await whole('a');
    await clock.advanceAsync(999);
    expect(talks.size).toBe(1);
    await clock.advanceAsync(2);
    expect(talks.size).toBe(0);
    expect(talks.knows('a')).toBe(false);
    expect(chats.opened[0]?.calls).toEqual(['close']);
    expect(clock.pendingCount).toBe(0);
  });

  it('do not end while somebody speaks', async () => {
    const done = begin('a');
    await underWay(1);
    await clock.advanceAsync(10_000);
    expect(talks.size).toBe(1);
    chats.opened[0]?.finish();
    await done;
    await clock.advanceAsync(1001);
    expect(talks.size).toBe(0);
  });

  it('make room by ending the one that was quiet longest', async () => {
    for (const session of ['a', 'b', 'c']) await whole(session);
    const again = begin('a');
    await new Promise((resolve) => setImmediate(resolve));
    chats.opened[0]?.finish();
    await again;
    await whole('d');
    expect(['a', 'b', 'c', 'd'].map((session) => talks.knows(session))).toEqual([true, false, true, true]);
    expect(chats.opened[1]?.calls).toEqual(['close']);
    await talks.close();
  });

  it('refuse one more while all of them speak', async () => {
    const turns = ['a', 'b', 'c'].map((session) => begin(session));
    await underWay(3);
    await expect(talks.ask({ session: 'd', ...ANY }, QUESTION, () => true)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_QUEUE_FULL',
    });
    for (const { finish } of chats.opened) finish();
    await Promise.all(turns);
    await talks.close();
  });

  it('are none when they could not be opened', async () => {
    chats.refusal = new Error('no');
    await expect(talks.ask({ session: 'a', ...ANY }, QUESTION, () => true)).rejects.toThrow('no');
    expect(talks.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('forget: what is kept is thrown away, then the conversation ends', async () => {
    await whole('a');
    await talks.forget({ session: 'a', ...ANY });
    expect(chats.opened[0]?.calls).toEqual(['forget', 'close']);
    expect(talks.knows('a')).toBe(false);
    await talks.forget({ session: 'a', ...ANY });
  });

  it('hear what MMDAgent-EX recognised in the newest with its avatar only', async () => {
    await whole('a');
    await whole('b', 'left');
    await whole('c');
    expect(chats.opened.map(({ hooks }) => hooks.isAddressed())).toEqual([false, true, true]);
    await talks.close();
  });

  describe('that are watched', () => {
    const watch = (session: string, lane?: string) => {
      const reader = new Reader();
      return { reader, leave: talks.watch({ session, lane }, reader.tell) };
    };
    const names = ({ reader }: ReturnType<typeof watch>): string[] => reader.events.map(({ event }) => event);

    it('tell everybody who watches, in the same way, and only those of the same session and avatar', async () => {
      const [one, two] = [watch('a'), watch('a')];
      const others = [watch('b'), watch('a', 'left')];
      expect(one.reader.events).toEqual([NO_TALK]);
      await whole('a');
      expect(names(one)).toEqual(['state', 'opened', 'turn', 'ended']);
      expect(two.reader.events).toEqual(one.reader.events);
      for (const other of others) expect(names(other)).toEqual(['state']);
      await talks.close();
    });

    it('tell who comes later how things stand', async () => {
      const done = begin('a');
      await underWay(1);
      const late = watch('a');
      expect(late.reader.events).toMatchObject([{ event: 'state', model: 'm', said: [{ text: 'any' }] }]);
      chats.opened[0]?.finish();
      await done;
      expect(names(late)).toEqual(['state', 'ended']);
      await talks.close();
    });

    it('tell nobody any more who left, or does not read', async () => {
      const [left, gone, there] = [watch('a'), watch('a'), watch('a')];
      left.leave();
      left.leave();
      gone.reader.isThere = false;
      await whole('a');
      expect([names(left), names(gone)]).toEqual([['state'], ['state']]);
      gone.reader.isThere = true;
      await whole('a', 'left');
      const again = begin('a');
      await new Promise((resolve) => setImmediate(resolve));
      chats.opened[0]?.finish();
      await again;
      expect(names(gone)).toEqual(['state']);
      expect(names(there).filter((name) => name === 'ended')).toHaveLength(2);
      await talks.close();
    });

    it('belong to a session that is known before its first question, as long as somebody watches', async () => {
      const { leave } = watch('a');
      expect(talks.knows('a')).toBe(true);
      leave();
      expect(talks.knows('a')).toBe(false);
      await talks.close();
    });

    it('tell that they were forgotten, and nothing of what still ends in them', async () => {
      const one = watch('a');
      const done = begin('a');
      await underWay(1);
      await talks.forget({ session: 'a', ...ANY });
      await done;
      expect(names(one)).toEqual(['state', 'opened', 'turn', 'forgotten']);
      await talks.forget({ session: 'a', ...ANY });
      expect(names(one).at(-1)).toBe('forgotten');
      await talks.close();
    });

    it('tell that they ended because nothing happened in them, and of the next as of another', async () => {
      const one = watch('a');
      await whole('a');
      await clock.advanceAsync(1001);
      expect(one.reader.events.at(-1)).toEqual(NO_TALK);
      await whole('a');
      const [first, second] = one.reader.of('opened');
      expect(first?.talk).not.toBe(second?.talk);
      await talks.close();
    });
  });

  it('know of no picture where there is no conversation', () => {
    expect(() => talks.give({ session: 'a', ...ANY }, { id: '1', refused: 'no' })).toThrow(/no conversation/);
  });

  it('take nothing after they were closed', async () => {
    await whole('a');
    await talks.close();
    expect(clock.pendingCount).toBe(0);
    expect(chats.opened[0]?.calls).toEqual(['close']);
    await expect(talks.ask({ session: 'a', ...ANY }, QUESTION, () => true)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_TURN_REFUSED',
    });
  });
});
