import { describe, expect, it } from 'vitest';
import { fitRequest, ownedValue } from '../../../../src/llm/around/fit-request.js';
import type { ChatMessage } from '../../../../src/llm/index.js';
import { END, ScriptedModel } from '../../../support/llm/scripted-model.js';

const HALF = '\ud83d';
const model = new ScriptedModel('one', [[END]], undefined, 'm-1');

function fitted(message: ChatMessage): ChatMessage | undefined {
  return fitRequest({ name: 'one', model }, { messages: [message] }, () => {}).messages[0];
}

describe('A request to a model', () => {
  it.each<[string, ChatMessage]>([
    ['the system', { role: 'system', text: `You are ${HALF}.` }],
    ['the user', { role: 'user', text: `Hello ${HALF}` }],
    ['an interrupted reply', { role: 'assistant', text: `Yes \ude00 ${HALF}` }],
    ['a tool', { role: 'tool', callId: '1', name: 'look', result: `found ${HALF}…` }],
  ])('holds no half of a letter in the words of %s', (_, message) => {
    const sent = JSON.stringify(fitted(message));
    expect(sent).toContain('\ufffd');
    expect(sent).not.toMatch(/\\ud[89a-f]/i);
  });

  it.each(['{"a":"\ud83d"}', '{"a":"\\ud83d"}', '{"a":["\\uDE00"]}'])(
    'holds none in the arguments of a call: %j',
    (argumentsJson) => {
      const sent = fitted({ role: 'assistant', text: '', calls: [{ id: '1', name: 'look', argumentsJson }] });
      const calls = sent?.role === 'assistant' ? sent.calls : undefined;
      const given: unknown = JSON.parse(calls?.[0]?.argumentsJson ?? '');
      expect(JSON.stringify(given)).not.toMatch(/\\ud[89a-f]/i);
      expect(JSON.stringify(given)).toContain('\ufffd');
    },
  );

  it('leaves whole letters, escapes of them and broken arguments as they are', () => {
    for (const argumentsJson of ['{"a":"😀"}', '{"a": "\\ud83d\\ude00"', '{"a":1']) {
      const call = { id: '1', name: 'look', argumentsJson };
      expect(fitted({ role: 'assistant', text: '😀', calls: [call] })).toEqual({
        role: 'assistant',
        text: '😀',
        calls: [call],
      });
    }
  });

  it('leaves what the model gave as its own', () => {
    const vendor = [ownedValue('one', 'm-1', { signature: HALF })];
    expect(fitted({ role: 'assistant', text: 'a', vendor })).toEqual({
      role: 'assistant',
      text: 'a',
      vendor: [{ signature: HALF }],
    });
  });

  it('holds none in what a server told of its tools', () => {
    const tools = [
      {
        name: 'look',
        description: `Looks ${HALF}`,
        parameters: { type: 'object', properties: { [`a${HALF}`]: { enum: [HALF, 1, null] } } },
      },
    ];
    const request = { messages: [{ role: 'user' as const, text: 'hi' }], tools };
    const sent = fitRequest({ name: 'one', model }, request, () => {});
    expect(JSON.stringify(sent)).not.toMatch(/\\ud[89a-f]/i);
    expect(sent.tools?.[0]?.parameters['properties']).toEqual({ 'a\ufffd': { enum: ['\ufffd', 1, null] } });
  });
});
