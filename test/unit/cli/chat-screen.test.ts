import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ChatScreen } from '../../../src/cli/chat-screen.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { talk } from '../../support/dialogue/talk.js';

function screenOf(args: Record<string, unknown> = {}, { isTerminal = false } = {}) {
  const said: string[] = [];
  const printed: string[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal, setRawMode: () => {} });
  const io = { stdin, stderr: new PassThrough(), isTerminal };
  const context = {
    io,
    args,
    say: (text: string) => said.push(text),
    print: (text: string) => printed.push(text),
  } as unknown as CommandContext;
  const lines: string[] = [];
  const keys: string[] = [];
  const screen = new ChatScreen({
    context,
    showsTags: false,
    showsTimings: false,
    onLine: (line) => lines.push(line),
    onHotkey: (digit) => keys.push(`line ${digit}`),
    onTalkKey: args['push-to-talk'] === true ? () => keys.push('talk') : undefined,
    onEnd: () => {},
  });
  return { screen, said, printed, lines, keys, io };
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

  it('takes Alt and a digit for a line of the operator, and leaves what is being typed as it is', () => {
    const { screen, lines, keys, io } = screenOf({}, { isTerminal: true });
    screen.read();
    io.stdin.write('Hel');
    io.stdin.write('\u001b3');
    io.stdin.write('lo 4\r');
    io.stdin.write('\u001b0');
    expect(keys).toEqual(['line 3', 'line 0']);
    expect(lines).toEqual(['Hello 4']);
    screen.close();
    io.stdin.write('\u001b5');
    expect(keys).toEqual(['line 3', 'line 0']);
  });

  it('takes Space for the key of push to talk where nothing is typed, and for a letter elsewhere', () => {
    const { screen, lines, keys, io } = screenOf({ 'push-to-talk': true }, { isTerminal: true });
    const shown: string[] = [];
    io.stderr.on('data', (data: Buffer) => shown.push(data.toString()));
    screen.read();
    io.stdin.write('   ');
    screen.talking(true);
    io.stdin.write('a b\r ');
    screen.talking(false);
    expect(keys).toEqual(['talk', 'talk', 'talk', 'talk']);
    expect(lines).toEqual(['a b']);
    const text = shown.join('');
    const last = text.lastIndexOf('talking> ');
    expect(last).toBeGreaterThan(0);
    expect(text.slice(last + 'talking> '.length)).toContain('> ');
    screen.close();
  });

  it('leaves Space a letter without push to talk', () => {
    const { screen, lines, keys, io } = screenOf({}, { isTerminal: true });
    screen.read();
    io.stdin.write(' a\r');
    expect([keys, lines]).toEqual([[], [' a']]);
    screen.close();
  });
});
