import { describe, expect, it } from 'vitest';
import { soundEngine, withoutSoundEngine } from '../../../src/chat/open-brain.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedModel } from '../../support/dialogue/scripted-model.js';

const ENGINES = { rt: { type: 'openai-realtime' }, own: { type: 'ollama' } };
const KEY = { OPENAI_API_KEY: 'sk-1' };

describe('Which way a conversation goes', () => {
  const custom = { mine: new ScriptedModel(new FakeClock()) };

  it.each([
    ['one that is named', { engines: ENGINES, engine: 'rt' }, 'rt'],
    ['the first of the settings', { engines: ENGINES }, 'rt'],
    ['the first of several', { engines: ENGINES, engine: 'rt, own' }, 'rt'],
    ['a kind without settings', { engine: 'openai-realtime' }, 'openai-realtime'],
    ['none where a model of text is named', { engines: ENGINES, engine: 'own' }, undefined],
    ['none where nothing is set up but a key', {}, undefined],
    ['none where the program brings a model', { engines: ENGINES, custom }, undefined],
    [
      "none where the program's model has the name",
      { engines: ENGINES, engine: 'rt', custom: { rt: custom.mine } },
      undefined,
    ],
  ])('takes as its brain of sound %s', async (_title, llm, engine) => {
    expect(await soundEngine(llm, KEY)).toBe(engine);
  });

  it('has the other models that were named behind it, else those that there are', () => {
    expect(withoutSoundEngine({ engine: 'rt, own,offline', model: 'gpt-realtime' })).toEqual({
      engine: 'own,offline',
    });
    expect(withoutSoundEngine({ engines: ENGINES })).toEqual({ engines: ENGINES, engine: 'auto' });
  });
});
