import { describe, expect, it } from 'vitest';
import { CHAT_COMMANDS, chatHelp, readChatLine } from '../../../src/cli/chat-line.js';
import { traceText } from '../../../src/cli/chat-trace.js';

describe('A line of chat', () => {
  it('is words for the avatar unless it begins with a slash', () => {
    expect(readChatLine('  こんにちは / hello ')).toEqual({
      type: 'ask',
      text: 'こんにちは / hello',
      images: [],
    });
  });

  it('begins with a slash of its own when it is doubled', () => {
    expect(readChatLine('//etc/hosts is a file')).toMatchObject({
      type: 'ask',
      text: '/etc/hosts is a file',
    });
  });

  it.each([
    ['/stop', { type: 'stop' }],
    ['/say  Good   evening. ', { type: 'say', text: 'Good   evening.' }],
    ['/line 3', { type: 'line', name: '3' }],
    ['/image cat.png What is it?', { type: 'ask', text: 'What is it?', images: ['cat.png'] }],
    ['/image "my cat.png"', { type: 'ask', text: '', images: ['my cat.png'] }],
    ['/voice a b.wav', { type: 'voice', file: 'a b.wav' }],
    ['/wait 250', { type: 'wait', ms: 250 }],
    ['/take', { type: 'takeOver' }],
    ['/back', { type: 'handBack' }],
    ['/forget', { type: 'forget' }],
    ['/talk', { type: 'talk' }],
    ['/quit', { type: 'quit' }],
    ['   ', { type: 'nothing' }],
  ])('%s', (line, expected) => {
    expect(readChatLine(line)).toEqual(expected);
  });

  it.each(['/say', '/line', '/image', '/voice', '/wait soon', '/wait 9999999', '/sotp'])(
    '%s is answered with what was expected',
    (line) => {
      const read = readChatLine(line);
      expect(read.type).toBe('wrong');
      expect(read.type === 'wrong' && read.why).toMatch(/expected|no command/);
    },
  );

  it('is helped with by a list of every command', () => {
    const lines = chatHelp().split('\n');
    expect(lines).toHaveLength(CHAT_COMMANDS.length);
    for (const [at, { name }] of CHAT_COMMANDS.entries()) expect(lines[at]).toContain(`/${name}`);
  });
});

describe('The times of a turn', () => {
  it('are told in their order, those that did not happen left out', () => {
    expect(traceText({ ended: 4000, firstToken: 210, sent: 484 })).toBe(
      'first token 0.21 s, sent 0.48 s, ended 4.00 s',
    );
    expect(traceText({})).toBe('');
  });
});
