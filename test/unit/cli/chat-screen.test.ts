import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ChatScreen } from '../../../src/cli/chat-screen.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { talk } from '../../support/dialogue/talk.js';

function screenOf(args: Record<string, unknown> = {}) {
  const said: string[] = [];
  const printed: string[] = [];
  const io = { stdin: new PassThrough(), stderr: new PassThrough(), isTerminal: false };
  const context = {
    io,
    args,
    say: (text: string) => said.push(text),
    print: (text: string) => printed.push(text),
  } as unknown as CommandContext;
  const lines: string[] = [];
  const screen = new ChatScreen({
    context,
    showsTags: false,
    showsTimings: false,
    onLine: (line) => lines.push(line),
    onHotkey: () => {},
    onEnd: () => {},
  });
  return { screen, said, printed, lines, io };
}

describe('The screen of chat', () => {
  it('shows what the avatar says as it says it, and listens to no turn that is over', async () => {
    const t = talk();
    const { screen, printed } = screenOf();
    screen.show({ conversation: t.conversation, session: 'a1b2' });
    for (const text of ['一', '二', '三']) {
      const turn = t.conversation.ask({ text, by: 'typed' });
      expect(turn.events.listenerCount('chunk')).toBe(1);
      await t.pass(10_000);
      for (const name of ['started', 'chunk', 'tool', 'vision', 'heard'] as const)
        expect(turn.events.listenerCount(name)).toBe(0);
    }
    expect(printed.every((line) => line.startsWith('avatar: '))).toBe(true);
    expect(printed.length).toBeGreaterThanOrEqual(3);
    screen.close();
    expect(t.conversation.events.listenerCount('turn')).toBe(1);
    await t.end();
  });

  it('tells how a turn under way ends, also when it is left with it', async () => {
    const t = talk();
    const { screen, printed } = screenOf({ json: true });
    screen.show({ conversation: t.conversation, session: 'a1b2' });
    t.conversation.ask({ text: '一', by: 'typed' });
    await t.pass(1500);
    await t.end();
    screen.close();
    const events = printed.map(
      (line) => JSON.parse(line) as { readonly event: string; readonly outcome?: string },
    );
    expect(events.filter(({ event }) => event === 'turnEnded')).toMatchObject([{ outcome: 'interrupted' }]);
  });
});
