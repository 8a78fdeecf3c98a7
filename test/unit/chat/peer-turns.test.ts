import { describe, expect, it } from 'vitest';
import type { AvatarWatch, PeerMessageSeen } from '../../../src/chat/avatar-watch.js';
import { keepPeerWords, takePeerTurns } from '../../../src/chat/peer-turns.js';
import { FakeClock } from '../../../src/runtime/index.js';

function rig(isAddressed?: () => boolean) {
  const asked: string[] = [];
  const clock = new FakeClock();
  const listeners = new Set<(message: PeerMessageSeen) => void>();
  const avatar = {
    onMessage: (_client: unknown, listener: (message: PeerMessageSeen) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as AvatarWatch;
  const client = {} as never;
  const early = keepPeerWords(client, avatar);
  const options: Parameters<typeof takePeerTurns>[0] = {
    ...{ client, clock, avatar, early },
    conversation: {
      ask: ({ text }: { text: string }) => asked.push(text),
      recognised: (text: string) => asked.push(text),
    } as never,
    sink: {
      promptChoice: (line: string) => (line.startsWith('PROMPT_EVENT') ? 'the second' : undefined),
    } as never,
    onRefused: () => {},
    isAddressed,
  };
  const seen = (type: string, ...args: string[]): void => {
    for (const listener of [...listeners]) listener({ lane: 'a', type, args });
  };
  return { asked, seen, clock, listeners, begin: () => takePeerTurns(options) };
}

describe('takePeerTurns', () => {
  it('makes turns of words that MMDAgent-EX recognised, and of choices', () => {
    const { asked, seen, begin } = rig();
    begin();
    seen('RECOG_EVENT_STOP', 'a', 'b');
    seen('PROMPT_EVENT_SELECTED', '1');
    expect(asked).toEqual(['a|b', 'the second']);
  });

  it('leaves words to another conversation when it is not the one that is meant, but takes its own choices', () => {
    const { asked, seen, begin } = rig(() => false);
    begin();
    seen('RECOG_EVENT_STOP', 'hello');
    seen('PROMPT_EVENT_SELECTED', '1');
    expect(asked).toEqual(['the second']);
  });

  it('answers what was recognised while the conversation was opened, in its order and before what follows, once somebody can hear of it', () => {
    const { asked, seen, begin, clock } = rig();
    seen('RECOG_EVENT_START');
    seen('RECOG_EVENT_STOP', 'one');
    seen('PROMPT_EVENT_SELECTED', '1');
    seen('RECOG_EVENT_STOP', 'two');
    begin();
    seen('RECOG_EVENT_STOP', 'three');
    expect(asked).toEqual([]);
    clock.advance(0);
    expect(asked).toEqual(['one', 'two', 'three']);
    seen('RECOG_EVENT_STOP', 'four');
    expect(asked).toEqual(['one', 'two', 'three', 'four']);
  });

  it('keeps the newest eight of them', () => {
    const { asked, seen, begin, clock } = rig();
    for (let at = 0; at < 20; at++) seen('RECOG_EVENT_STOP', `${at}`);
    begin();
    clock.advance(0);
    expect(asked).toEqual(['12', '13', '14', '15', '16', '17', '18', '19']);
  });

  it('leaves no listener and no timer when it is ended at once', () => {
    const { asked, seen, begin, clock, listeners } = rig();
    seen('RECOG_EVENT_STOP', 'one');
    begin()();
    clock.advance(1000);
    expect(asked).toEqual([]);
    expect(listeners.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });
});
