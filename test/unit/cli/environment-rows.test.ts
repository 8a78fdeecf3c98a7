import { describe, expect, it } from 'vitest';
import { environmentRows } from '../../../src/cli/environment-rows.js';

const NONE = { llmEngines: {}, engines: {}, sttEngines: {} };

async function told(env: Readonly<Record<string, string>>, sections: object = {}) {
  const { rows, faults } = await environmentRows({ ...NONE, ...sections }, env);
  return { rows: rows.map(({ key, name }) => `${key} ${name}`), faults };
}

describe('What the environment gives engines', () => {
  it('is nothing in an empty environment', async () => {
    expect(await told({ OPENAI_API_KEY: ' ' })).toEqual({ rows: [], faults: [] });
  });

  it('is one row for each engine that takes a key from there, with the name of the variable', async () => {
    expect((await told({ OPENAI_API_KEY: 'sk-secret' })).rows).toEqual([
      'llmEngines.openai.apiKey OPENAI_API_KEY',
      'llmEngines.openai-realtime.apiKey OPENAI_API_KEY',
      'engines.openai.apiKey OPENAI_API_KEY',
      'sttEngines.openai.apiKey OPENAI_API_KEY',
    ]);
  });

  it('never holds a value', async () => {
    const env = { OPENAI_API_KEY: 'sk-secret', AZURE_SPEECH_KEY: 'az-secret', DIFY_API_KEY: 'dify-secret' };
    expect(JSON.stringify(await environmentRows(NONE, env))).not.toContain('secret');
  });

  it('names other options that stand there too', async () => {
    const { rows } = await told({ AZURE_SPEECH_KEY: 'az-secret', AZURE_SPEECH_REGION: 'japaneast' });
    expect(rows).toEqual(
      expect.arrayContaining([
        'engines.azure.apiKey AZURE_SPEECH_KEY',
        'engines.azure.region AZURE_SPEECH_REGION',
      ]),
    );
  });

  it('leaves out what the settings give, and what goes to the vendor only', async () => {
    const llmEngines = {
      openai: { apiKey: 'sk-own' },
      mine: { type: 'openai', baseUrl: 'http://127.0.0.1:8000/v1', model: 'm' },
      other: { type: 'openai', model: 'm' },
    };
    const { rows, faults } = await told({ OPENAI_API_KEY: 'sk-secret' }, { llmEngines });
    expect(faults).toEqual([]);
    expect(rows.filter((row) => row.startsWith('llmEngines.'))).toEqual([
      'llmEngines.other.apiKey OPENAI_API_KEY',
      'llmEngines.openai-realtime.apiKey OPENAI_API_KEY',
    ]);
  });

  it('tells the variable that is set where a key has two names', async () => {
    expect((await told({ GOOGLE_API_KEY: 'g-secret' })).rows).toContain(
      'llmEngines.gemini.apiKey GOOGLE_API_KEY',
    );
    const both = await told({ GOOGLE_API_KEY: 'g-secret', GEMINI_API_KEY: 'gem-secret' });
    expect(both.rows).toContain('llmEngines.gemini.apiKey GEMINI_API_KEY');
  });

  it('tells what is wrong with one section and goes on with the others', async () => {
    const { rows, faults } = await told(
      { OPENAI_API_KEY: 'sk-secret' },
      { llmEngines: { x: { type: 'nothing' } } },
    );
    expect(faults).toEqual([expect.stringContaining('llmEngines.x.type')]);
    expect(rows).toEqual(['engines.openai.apiKey OPENAI_API_KEY', 'sttEngines.openai.apiKey OPENAI_API_KEY']);
  });
});
