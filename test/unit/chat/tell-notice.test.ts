import { describe, expect, it } from 'vitest';
import { tellOfModel } from '../../../src/chat/tell-engines.js';
import { errorValues, noticeTeller } from '../../../src/chat/tell-notice.js';
import type { LlmEvents } from '../../../src/llm/index.js';
import { Emitter, type Notice, ProviderError } from '../../../src/runtime/index.js';

describe('What a conversation tells', () => {
  const model = () => {
    const events = new Emitter<LlmEvents>();
    const told: [string, Notice][] = [];
    tellOfModel(
      { events },
      noticeTeller((text, notice) => told.push([text, notice])),
    );
    return { events, told };
  };

  it('is a line for a terminal, and what it is for other languages', () => {
    const { events, told } = model();
    const error = new ProviderError('BRIDGE_ERR_LLM_KEY', '401 Incorrect API key', { provider: 'openai' });
    events.emit('fellBack', { from: 'openai', to: 'local', error });
    const values = {
      from: 'openai',
      to: 'local',
      error: '401 Incorrect API key',
      code: 'BRIDGE_ERR_LLM_KEY',
    };
    expect(told).toEqual([
      [
        'warning: openai failed, local thinks instead: 401 Incorrect API key',
        { code: 'modelFellBack', values },
      ],
    ]);
  });

  it('tells a demonstration from a model', () => {
    const { events, told } = model();
    events.emit('chosen', { engine: 'mine', type: 'openai', model: 'm', why: 'it is named' });
    events.emit('chosen', { engine: 'offline', type: 'offline', model: 'demonstration', why: 'none is' });
    expect(told.map(([, { code }]) => code)).toEqual(['modelChosen', 'modelOffline']);
    expect(told.map(([text]) => text)).toEqual([
      'mine (m) thinks: it is named',
      expect.stringMatching(
        /^offline \(demonstration\) thinks: none is\. For a real model set OPENAI_API_KEY/,
      ),
    ]);
  });

  it('has the code of an error only where it has one', () => {
    expect(errorValues(new Error('no'))).toEqual({ error: 'no' });
    expect(errorValues('no')).toEqual({ error: 'no' });
  });
});
