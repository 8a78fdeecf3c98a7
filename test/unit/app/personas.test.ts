import { describe, expect, it } from 'vitest';
import { readPersonas } from '../../../src/app/personas.js';
import { resolveConfig } from '../../../src/config/index.js';

async function read(settings: object, files: Readonly<Record<string, string>> = {}) {
  const resolved = await resolveConfig({
    flags: { config: '/settings/bridge.json' },
    env: {},
    readText: async () => JSON.stringify(settings),
  });
  return readPersonas(resolved, {
    env: {},
    platform: 'linux',
    readText: async (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('ENOENT');
      return text;
    },
  });
}

describe('Section personas', () => {
  it('always has the settings as they are', async () => {
    const { personas, standard } = await read({ systemPrompt: 'You are yourself.', voice: '46' });
    expect(standard).toBe('default');
    expect(personas['default']).toMatchObject({
      systemPrompt: 'You are yourself.',
      speech: { voice: '46' },
    });
  });

  it('takes what differs over the settings, section by section', async () => {
    const { personas } = await read({
      voice: '46',
      conversation: { welcome: 'Hi', history: { maxPairs: 3 } },
      personas: { cat: { systemPrompt: 'Meow.', welcome: 'Nya', language: 'ja', speed: 1.2 } },
    });
    expect(personas['cat']).toMatchObject({
      systemPrompt: 'Meow.',
      conversation: { welcome: 'Nya', history: { maxPairs: 3 }, language: 'ja' },
      speech: { voice: '46', language: 'ja', speed: 1.2 },
    });
    expect(personas['default']).toMatchObject({ conversation: { welcome: 'Hi' } });
  });

  it('does not give one engine the voice or model of another', async () => {
    const { personas } = await read({
      ttsEngine: 'voicevox',
      voice: '46',
      llmModel: 'gpt-5',
      personas: { other: { ttsEngine: 'openai', llmEngine: 'local' } },
    });
    expect(personas['other']?.speech).toMatchObject({ engine: 'openai', voice: undefined });
    expect(personas['other']?.llm).toMatchObject({ engine: 'local', model: undefined });
  });

  it('reads prompts from files, and names the files', async () => {
    const { personas, files } = await read(
      { personas: { cat: { systemPromptFile: '/prompts/cat.txt' } } },
      { '/prompts/cat.txt': ' You are a cat.\n' },
    );
    expect(personas['cat']?.systemPrompt).toBe('You are a cat.');
    expect(files).toEqual(['/prompts/cat.txt']);
  });

  it.each([
    [
      { personas: { cat: { sistemPrompt: 'x' } } },
      /personas\.cat\.sistemPrompt: there is no such setting\. Did you mean systemPrompt\?/,
    ],
    [{ personas: { 'a b': {} } }, /personas/],
    [{ personas: { cat: { systemPrompt: 'x', systemPromptFile: 'y' } } }, /not both/],
    [{ persona: 'dog', personas: { cat: {} } }, /persona: expected one of default, cat, got dog/],
    [{ personas: { cat: { systemPromptFile: '/gone' } } }, /systemPromptFile: expected a readable text file/],
  ])('says what is wrong with %j', async (settings, fault) => {
    await expect(read(settings)).rejects.toThrow(fault);
  });
});
