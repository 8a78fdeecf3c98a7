import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ChatScreen } from '../../../src/cli/chat-screen.js';
import type { CommandContext } from '../../../src/cli/context.js';
import type {
  Conversation,
  ConversationEvents,
  TurnBy,
  TurnEnd,
  TurnEvents,
} from '../../../src/dialogue/index.js';
import { Emitter } from '../../../src/runtime/index.js';
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

  describe('with turns as they are told', () => {
    function told(args: Record<string, unknown> = {}) {
      const conversation = { events: new Emitter<ConversationEvents>() } as unknown as Conversation;
      const shown = screenOf(args);
      shown.screen.show({ conversation, session: undefined });
      const turn = (by: TurnBy) => {
        let end: (end: TurnEnd) => void = () => {};
        const events = new Emitter<TurnEvents>();
        const ended = new Promise<TurnEnd>((resolve) => {
          end = resolve;
        });
        const handle = { turn: 1, by, events, ended, chunks: () => [], cancel: () => {} } as never;
        conversation.events.emit('turn', handle);
        const finish = async () => {
          end({ turn: 1, outcome: 'completed', heard: '', trace: {} } as unknown as TurnEnd);
          await ended;
          await Promise.resolve();
        };
        return { handle, events, finish };
      };
      return { ...shown, conversation, turn };
    }

    it('shows what was said when a brain that hears by itself has written it down, also late', async () => {
      const { turn, printed, screen } = told();
      const first = turn('voice');
      first.events.emit('started', '(speech)');
      expect(printed).toEqual([]);
      first.events.emit('userText', 'What time is it?');
      await first.finish();
      const second = turn('voice');
      second.events.emit('started', '(speech)');
      await second.finish();
      second.events.emit('userText', 'And now?');
      screen.close();
      second.events.emit('userText', 'too late');
      expect(printed).toEqual(['you: What time is it?', 'you: (speech)', 'you: And now?']);
    });

    it('shows it once where it was recognised in the same words', async () => {
      const { turn, printed } = told();
      const { events } = turn('voice');
      events.emit('started', 'Good day');
      events.emit('userText', 'Good day');
      expect(printed).toEqual(['you: Good day']);
      events.emit('userText', 'Good day, Gene');
      expect(printed).toEqual(['you: Good day', 'you: Good day, Gene']);
    });

    it('tells it as an event with --json', () => {
      const { turn, printed } = told({ json: true });
      turn('voice').events.emit('userText', 'Hi');
      expect(printed.map((line) => JSON.parse(line))).toContainEqual({
        event: 'userText',
        turn: 1,
        text: 'Hi',
      });
    });

    it('shows what was typed again only where it was asked in other words', () => {
      const { turn, printed, screen } = told();
      for (const [typed, asked] of [
        ['My number is 123', 'My number is ***'],
        ['Two  lines', 'Two lines'],
      ] as const) {
        const { handle, events } = turn('typed');
        screen.asked(handle, typed);
        events.emit('started', asked);
      }
      expect(printed).toEqual(['you: My number is ***']);
    });

    it('tells how far a tool is that goes on behind its turn', () => {
      const { conversation, said } = told();
      conversation.events.emit('toolProgress', {
        ...{ turn: 1, callId: 'c', name: 'search', argumentsJson: '{}', stage: 'progress' as const },
        value: { progress: 1, total: 4, message: 'reading' },
      });
      expect(said).toEqual(['tool search goes on: reading · 25 %']);
    });
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
