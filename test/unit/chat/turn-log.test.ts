import { describe, expect, it } from 'vitest';
import { logTurns } from '../../../src/chat/turn-log.js';
import type { ScriptedModelOptions } from '../../support/dialogue/scripted-model.js';
import { talk } from '../../support/dialogue/talk.js';

type Line = readonly [level: string, fields: Readonly<Record<string, unknown>>, text: string];

function logged(model: ScriptedModelOptions = {}) {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (fields: object, text: string): void => {
      lines.push([level, { ...fields }, text]);
    };
  const t = talk({ model, ports: { session: 'a1b2' } });
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const end = logTurns(t.conversation, logger);
  return { t, lines, end };
}

describe('The log of turns', () => {
  it('has one line for each turn, with when what happened in it and without a word of it', async () => {
    const { t, lines } = logged();
    t.model.answer = () => 'ひみつのこたえ。';
    t.conversation.ask({ text: 'ないしょ？', by: 'typed' });
    await t.pass(10_000);
    const infos = lines.filter(([level]) => level === 'info');
    expect(infos).toEqual([
      [
        'info',
        { session: 'a1b2', turn: 1, by: 'typed', outcome: 'completed', trace: t.ends[0]?.trace },
        'turn',
      ],
    ]);
    expect(t.ends[0]?.trace.sent).toBeGreaterThan(0);
    expect(JSON.stringify(infos)).not.toMatch(/ひみつ|ないしょ/);
    await t.end();
  });

  it('has the words on a line of level debug', async () => {
    const { t, lines } = logged();
    t.model.answer = () => 'はい。';
    t.conversation.ask({ text: 'いる？', by: 'typed' });
    await t.pass(10_000);
    expect(lines.filter(([level]) => level === 'debug')).toEqual([
      [
        'debug',
        { session: 'a1b2', turn: 1, user: 'いる？', reply: 'はい。', heard: 'はい。' },
        'words of a turn',
      ],
    ]);
    await t.end();
  });

  it('has nothing more after its end', async () => {
    const { t, lines, end } = logged();
    end();
    t.conversation.ask({ text: 'いる？', by: 'typed' });
    await t.pass(10_000);
    expect(lines).toEqual([]);
    await t.end();
  });
});
