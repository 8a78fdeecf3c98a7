import { describe, expect, it } from 'vitest';
import type { AvatarWatch, PeerMessageSeen } from '../../../src/chat/avatar-watch.js';
import { takePeerTurns } from '../../../src/chat/peer-turns.js';

function rig(isAddressed?: () => boolean) {
  const asked: string[] = [];
  let tell: (message: PeerMessageSeen) => void = () => {};
  const avatar = {
    onMessage: (_client: unknown, listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
  } as unknown as AvatarWatch;
  takePeerTurns({
    client: {} as never,
    avatar,
    conversation: {
      ask: ({ text }: { text: string }) => asked.push(text),
      recognised: (text: string) => asked.push(text),
    } as never,
    sink: {
      promptChoice: (line: string) => (line.startsWith('PROMPT_EVENT') ? 'the second' : undefined),
    } as never,
    onRefused: () => {},
    isAddressed,
  });
  const seen = (type: string, ...args: string[]): void => tell({ lane: 'a', type, args });
  return { asked, seen };
}

describe('takePeerTurns', () => {
  it('makes turns of words that MMDAgent-EX recognised, and of choices', () => {
    const { asked, seen } = rig();
    seen('RECOG_EVENT_STOP', 'a', 'b');
    seen('PROMPT_EVENT_SELECTED', '1');
    expect(asked).toEqual(['a|b', 'the second']);
  });

  it('leaves words to another conversation when it is not the one that is meant, but takes its own choices', () => {
    const { asked, seen } = rig(() => false);
    seen('RECOG_EVENT_STOP', 'hello');
    seen('PROMPT_EVENT_SELECTED', '1');
    expect(asked).toEqual(['the second']);
  });
});
